// A browser takes long to lay out more; the CSV file has all of them.
const most = 2000;

/** Shows a table; what is not known says so, and is never 0. */
export function Table({ table: { path, columns, rows } }) {
  return (
    <>
      <table className="homebound-table" aria-label={path}>
        <thead><tr>{columns.map((column) => <th key={column} scope="col">{column}</th>)}</tr></thead>
        <tbody>{rows.slice(0, most).map((row, i) => <tr key={i}>{row.map((value, j) => <Cell key={columns[j]} value={value} />)}</tr>)}</tbody>
      </table>
      {rows.length > most && <p>The first {most} of {rows.length} rows are shown; the CSV file has all.</p>}
    </>
  );
}

function Cell({ value }) {
  if (value === undefined) return <td />;
  if (value === null) return <td className="homebound-unknown">not known</td>;
  return <td className={typeof value === 'number' ? 'homebound-number' : undefined}>{String(value)}</td>;
}
