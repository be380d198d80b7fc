/** A box to tick with a label; hint is what the schema says of it, and place its number among those that are ticked. */
export function Tick({ label, hint, checked, disabled, onTick, place }) {
  return (
    <label title={hint?.description}>
      <input type="checkbox" checked={checked} disabled={disabled} onChange={onTick} />
      {label}
      {place > 0 && <span className="homebound-place">{place}</span>}
      {hint?.type && <span className="homebound-type">{String(hint.type)}</span>}
    </label>
  );
}
