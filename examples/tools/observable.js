// Observable: each function is a cell; paste its body. A server answers pages of any origin unless it names some.

/** The reported workers, as rows with days: reported = */
export async function reported(server = 'http://127.0.0.1:8080') {
  const address = new URL('/export/observations.json?codes=RU&indicators=WORKERS_PRESENT', server)
  const rows = await (await fetch(address)).json()
  return rows.map((row) => ({ ...row, from: new Date(row.from), to: new Date(row.to) }))
}

/** All permits of a release, page by page: permits = */
export async function permits(server = 'http://127.0.0.1:8080', query = 'within=RU-PRI') {
  const rows = []
  let address = new URL(`/releases/1/export/permits.json?first=1000&${query}`, server)
  while (address) {
    const answer = await fetch(address)
    if (!answer.ok) throw new Error(await answer.text())
    rows.push(...await answer.json())
    const next = /<([^>]+)>; rel="next"/.exec(answer.headers.get('Link') ?? '')
    address = next && new URL(next[1], address)
  }
  return rows
}

/** What DuckDB is to be asked, which reads no more of the file than it needs: db.sql`...` of DuckDBClient.of() */
export const question = (server = 'http://127.0.0.1:8080') =>
  `SELECT "region.name" AS region, sum(workers) AS workers FROM '${server}/releases/1/export/permits.parquet' GROUP BY 1 ORDER BY 2 DESC`
