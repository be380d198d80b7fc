/** A box to tick with a label; hint is what the schema says of it. */
export function Tick({ label, hint, checked, disabled, onTick }) {
  return (
    <label title={hint?.description}>
      <input type="checkbox" checked={checked} disabled={disabled} onChange={onTick} />
      {label}
      {hint?.type && <span className="homebound-type">{String(hint.type)}</span>}
    </label>
  );
}
