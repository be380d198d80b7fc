import { useEffect, useMemo, useRef, useState } from 'react';
import { choicesOf, drawingOf, firstChoice, ticksOf } from './figures.js';

const height = 300;
const barHeight = 22;
const letter = 7; // about the width of one

/** Draws the figures of a table: lines along periods, bars along anything else. */
export function Chart({ table }) {
  const choices = useMemo(() => choicesOf(table), [table]);
  const [chosen, choose] = useState({});
  const first = useMemo(() => firstChoice(table), [table]);
  const valid = (name, among, otherwise) => (name !== undefined && (name === '' || among.includes(name)) ? name : otherwise);
  const along = valid(chosen.along, choices.labels, first.along);
  const figure = valid(chosen.figure, choices.figures, first.figure);
  const group = valid(chosen.group, choices.texts, along === first.along ? first.group : undefined);
  if (along === undefined || figure === undefined) {
    return <p className="homebound-nothing">A chart needs a column of numbers, and one of periods or names to stand along it. Ask for both.</p>;
  }
  const drawing = drawingOf(table, { along, figure, group });
  const pick = (name) => ({ target }) => choose({ ...chosen, [name]: target.value });
  return (
    <div className="homebound-chart">
      <p className="homebound-choices">
        <Choice label="Figure" value={figure} of={choices.figures} onChange={pick('figure')} />
        <Choice label="Along" value={along} of={choices.labels} onChange={pick('along')} />
        {drawing.isPeriod && <Choice label="For each" value={group ?? ''} of={['', ...choices.texts]} onChange={pick('group')} />}
      </p>
      <Drawing drawing={drawing} name={`${figure} along ${along}${group ? `, for each ${group}` : ''}`} />
      {drawing.isPeriod && drawing.lines.length > 1 && <Legend lines={drawing.lines} />}
      <Remarks drawing={drawing} />
    </div>
  );
}

/** Draws as wide as there is room, so that letters keep their size. */
function Drawing({ drawing, name }) {
  const [box, width] = useWidth();
  const Drawn = drawing.isPeriod ? Lines : Bars;
  return <div ref={box}>{width > 0 && <Drawn drawing={drawing} width={width} name={name} />}</div>;
}

function Choice({ label, value, of, onChange }) {
  return (
    <label>
      {label}
      <select value={value} onChange={onChange}>{of.map((name) => <option key={name} value={name}>{name || 'all rows'}</option>)}</select>
    </label>
  );
}

/** Says what the drawing leaves out, so that nobody takes it for the whole. */
function Remarks({ drawing: { repeated, left, isPeriod, unknown } }) {
  const remarks = [
    unknown > 0 && `${unknown} of the figures ${unknown === 1 ? 'is' : 'are'} not known and not drawn.`,
    left > 0 && (isPeriod ? `The largest are drawn; ${left} more are in the table.` : `The first are drawn; ${left} more are in the table.`),
    repeated && 'Several rows share a place here, and the first of them is drawn; nothing is summed.',
  ].filter(Boolean);
  return remarks.length > 0 && <p className="homebound-remarks">{remarks.join(' ')}</p>;
}

function Legend({ lines }) {
  return (
    <ul className="homebound-legend" aria-label="Lines">
      {lines.map(({ name }, i) => (
        <li key={name}>
          <svg width="24" height="10" aria-hidden="true"><path className={`homebound-line homebound-line-${i}`} d="M1 5H23" /></svg>
          {name}
        </li>
      ))}
    </ul>
  );
}

/** A line for each group, which breaks where a value is not known. */
function Lines({ drawing: { labels, lines }, width, name }) {
  const ticks = ticksOf(lines.flatMap(({ values }) => values));
  const left = Math.max(...ticks.map((tick) => shown(tick).length)) * letter + 10;
  const [bottom, top, right] = [height - 24, 8, width - 12];
  const x = (i) => (labels.length === 1 ? (left + right) / 2 : left + ((right - left) * i) / (labels.length - 1));
  const y = scale(ticks, bottom, top);
  const every = Math.ceil((Math.max(...labels.map((label) => label.length)) * letter + 12) / ((right - left) / Math.max(labels.length, 1)));
  return (
    <svg role="img" aria-label={name} width={width} height={height} className="homebound-drawing">
      {ticks.map((tick) => (
        <g key={tick}>
          <path className="homebound-grid" d={`M${left} ${y(tick)}H${right}`} />
          <text x={left - 6} y={y(tick) + 4} textAnchor="end">{shown(tick)}</text>
        </g>
      ))}
      {labels.map((label, i) => i % every === 0 && <text key={label} x={x(i)} y={height - 6} textAnchor={i === 0 ? 'start' : i === labels.length - 1 ? 'end' : 'middle'}>{label}</text>)}
      {lines.map(({ name: group, values }, i) => (
        <g key={group} className={`homebound-line homebound-line-${i}`}>
          <path d={pathOf(values, x, y)} />
          {values.map((value, at) => value !== null && (
            <circle key={at} cx={x(at)} cy={y(value)} r="2.5"><title>{`${group ? `${group}, ` : ''}${labels[at]}: ${shown(value)}`}</title></circle>
          ))}
        </g>
      ))}
    </svg>
  );
}

function pathOf(values, x, y) {
  let isDown = false;
  return values.map((value, i) => {
    const point = value === null ? '' : `${isDown ? 'L' : 'M'}${x(i).toFixed(1)} ${y(value).toFixed(1)}`;
    isDown = value !== null;
    return point;
  }).join('');
}

/** A bar for each name; one that is not known has words in its place. */
function Bars({ drawing: { labels, lines: [line] }, width, name }) {
  const ticks = ticksOf(line.values);
  const most = Math.floor((width * 0.45) / letter);
  const left = Math.min(most, Math.max(...labels.map((label) => label.length))) * letter + 10;
  const room = Math.max(...ticks.map((tick) => shown(tick).length)) * letter + 16;
  const x = scale(ticks, left, Math.max(left + 20, width - room));
  return (
    <svg role="img" aria-label={name} width={width} height={labels.length * barHeight + 8} className="homebound-drawing">
      {labels.map((label, i) => {
        const value = line.values[i];
        const middle = i * barHeight + barHeight / 2;
        const [from, to] = value === null ? [x(0), x(0)] : [Math.min(x(0), x(value)), Math.max(x(0), x(value))];
        return (
          <g key={label}>
            <text x={left - 6} y={middle + 4} textAnchor="end">{label.length > most ? `${label.slice(0, most - 1)}…` : label}<title>{label}</title></text>
            {value !== null && <rect className="homebound-bar-0" x={from} y={middle - 8} width={Math.max(to - from, 0.5)} height="16"><title>{`${label}: ${shown(value)}`}</title></rect>}
            <text className={value === null ? 'homebound-unknown' : undefined} x={to + 5} y={middle + 4}>{value === null ? 'not known' : shown(value)}</text>
          </g>
        );
      })}
      <path className="homebound-grid" d={`M${x(0)} 0V${labels.length * barHeight}`} />
    </svg>
  );
}

function scale(ticks, from, to) {
  const [low, high] = [ticks[0], ticks.at(-1)];
  return (value) => from + ((to - from) * (value - low)) / (high - low);
}

const shown = (number) => number.toLocaleString('en', { maximumFractionDigits: 6 });

/** Gives a reference for an element, and the element's width as it changes. */
function useWidth() {
  const box = useRef(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const observer = new ResizeObserver(([{ contentRect }]) => setWidth(Math.floor(contentRect.width)));
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  return [box, width];
}
