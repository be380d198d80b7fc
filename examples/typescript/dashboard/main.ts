// A small dashboard on another origin than the server's: open it as index.html?server=https://the.server&region=RU-FD-FE.
import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
import { Client, cacheExchange, fetchExchange, type AnyVariables } from '@urql/core'
import { estimate, figure, type Known } from '../format.js'
import { pin, type Release } from '../homebound.js'
import { bars, ranges } from './chart.js'
import { element, the } from './dom.js'
import { Employers, Impact, Regions, Series, Tiles } from './queries.js'

const asked = new URLSearchParams(location.search)
const pageLength = 10
const variants = { AVERAGE_PRODUCT: 'At the average product', WAGE_SHARE: 'By the share of wages', ELASTICITY: 'With capital that stays' }

interface State {
  region: string
  year: { from: string; to: string }
  search: string // words of employers' names
  page: number // of the table, from 0
}

type Ask = <Data, Variables extends AnyVariables>(query: TypedDocumentNode<Data, Variables>, variables: Variables) => Promise<Data>

/** Asks a pinned release through a cache, and throws the server's sentence where it has no answer. */
function asker(release: Release): Ask {
  const client = new Client({
    url: release.endpoint,
    fetch: release.fetch,
    preferGetMethod: true,
    exchanges: [cacheExchange, fetchExchange],
  })
  return async (query, variables) => {
    const { data, error } = await client.query(query, variables).toPromise()
    if (error || !data) throw new Error(error?.graphQLErrors[0]?.message ?? error?.message ?? noAnswer)
    return data
  }
}

const noAnswer = 'The server has no answer.'

/** A field that is null where it failed, in an answer that came without an error. */
function must<T>(value: T | null | undefined): T {
  if (value == null) throw new Error(noAnswer)
  return value
}

/** Fills a panel. What it cannot show it says, and the other panels stand. */
async function panel(selector: string, content: () => Promise<Node[]>): Promise<void> {
  const place = the(selector)
  const turn = (turns.get(selector) ?? 0) + 1
  turns.set(selector, turn)
  place.ariaBusy = 'true'
  let filled: Node[]
  try {
    filled = await content()
  } catch (reason) {
    filled = [element('p', { class: 'failed', role: 'alert' }, reason instanceof Error ? reason.message : String(reason))]
  }
  if (turns.get(selector) !== turn) return // a later question is under way, or answered already
  place.replaceChildren(...filled)
  place.ariaBusy = 'false'
}

const turns = new Map<string, number>() // how often each panel was asked

const marks = (row: Known & { synthetic: boolean }) => (row.synthetic ? 'made up, no finding' : '')

const tile = (title: string, text: string, note: string) =>
  element('div', { class: 'tile' }, element('span', {}, title), element('strong', {}, text), element('span', { class: 'quiet' }, note))

async function tiles(ask: Ask, { region, year }: State): Promise<Node[]> {
  const { region: asked, report } = await ask(Tiles, { region, year })
  const known = [asked, asked?.parent, asked?.parent?.parent].find((place) => place?.observations?.length)
  const last = known?.observations?.toSorted((a, b) => a.to.localeCompare(b.to)).at(-1)
  const published =
    known && last
      ? tile(`${last.indicator.name}, ${known.name}`, figure(last.value), `published: ${last.to}, ${last.source.publisher}`)
      : tile('Published figures', 'none', 'nothing was published of this region')
  const { totals } = must(report)
  return [
    published,
    tile(`Workers present on ${year.to}`, figure(totals.workersPresent, totals), marks(totals)),
    tile(`Permits issued in ${year.to.slice(0, 4)}`, figure(totals.permitsIssued, totals), marks(totals)),
  ]
}

async function series(ask: Ask, { region }: State): Promise<Node[]> {
  const report = must((await ask(Series, { region })).report)
  const list = report.rows.map((row) => ({ label: row.period?.label ?? '', value: row.workersPresent, synthetic: row.synthetic }))
  const drawn = bars(list, `Workers present at the end of each year: ${list.map(({ label, value }) => `${label} ${figure(value)}`).join(', ')}`)
  return [drawn, ...(report.synthetic ? [element('p', { class: 'notice' }, 'Outlined bars are made-up rows, and no finding.')] : []), ...notes(report.notices)]
}

const notes = (notices: { message: string }[]) => [
  element('details', { class: 'quiet' }, element('summary', {}, `${notices.length} notes`), ...notices.map(({ message }) => element('p', {}, message))),
]

async function impact(ask: Ask, { region }: State): Promise<Node[]> {
  const answer = must((await ask(Impact, { region })).economicImpact)
  const list = answer.variants.flatMap(({ variant, outputLost: e }) =>
    e ? [{ label: variants[variant], low: e.p5, middle: e.central, high: e.p95, text: estimate(e) }] : [],
  )
  if (list.length === 0) return [element('p', {}, 'Not known: no published stock of this region, or no parameters.'), ...notes(answer.notices)]
  const span = `Output lost from ${answer.baseline} to ${answer.to}, from published figures, under three assumptions.`
  return [element('p', {}, span), ranges(list, list.map(({ label, text }) => `${label}: ${text}`).join('; ')), ...notes(answer.notices)]
}

async function employers(ask: Ask, state: State, show: () => void): Promise<Node[]> {
  const asked = { ...state }
  const { region, year, search, page } = asked
  const report = must((await ask(Employers, { region, year, search, first: pageLength, offset: page * pageLength })).report)
  if (JSON.stringify(asked) !== JSON.stringify(state)) return [] // which panel() leaves aside
  const [previous, next] = [the<HTMLButtonElement>('#previous'), the<HTMLButtonElement>('#next')]
  previous.disabled = page === 0
  next.disabled = !report.pageInfo.hasNextPage
  previous.onclick = () => (state.page--, show())
  next.onclick = () => (state.page++, show())
  const from = page * pageLength
  the('#place').textContent = report.rows.length ? `${from + 1} to ${from + report.rows.length} of ${figure(report.totalCount)}` : 'none found'
  const row = (cells: string[], cell: string) => element('tr', {}, ...cells.map((text) => element(cell, cell === 'th' ? { scope: 'col' } : {}, text)))
  return [
    element(
      'table',
      {},
      element('thead', {}, row(['Employer', 'Permits', 'Workers authorised'], 'th')),
      element(
        'tbody',
        {},
        ...report.rows.map((r) => row([r.employer?.name ?? 'not known', figure(r.permitsIssued, r), figure(r.workersAuthorised, r)], 'td')),
      ),
    ),
    ...(report.synthetic ? [element('p', { class: 'notice' }, 'Employers and permits are made up, and no finding.')] : []),
  ]
}

/** Offers choices, and calls back with the one that is taken, which stands in the address from then on. */
function pick(name: 'region' | 'year', choices: { value: string; text: string }[], otherwise: string, taken: (value: string) => void): string {
  const picker = the<HTMLSelectElement>(`#${name}`)
  picker.append(...choices.map(({ value, text }) => element('option', { value }, text)))
  const wanted = asked.get(name) ?? otherwise
  picker.value = choices.some(({ value }) => value === wanted) ? wanted : otherwise
  picker.onchange = () => {
    asked.set(name, picker.value)
    history.replaceState(null, '', `?${asked}`)
    taken(picker.value)
  }
  return picker.value
}

const span = (year: string) => ({ from: `${year}-01-01`, to: `${year}-12-31` })

async function start(): Promise<void> {
  const release = await pin({ url: asked.get('server') ?? 'http://127.0.0.1:8080' }, Number(asked.get('release')) || undefined)
  the('#citation').textContent = release.citation
  const ask = asker(release)
  const availability = must((await ask(Regions, {})).availability)
  const [first, last] = [availability.from, availability.to].map((day) => Number(day?.slice(0, 4) ?? 0)) as [number, number]
  const years = Array.from({ length: last - first + 1 }, (_, i) => String(last - i))

  const table = () => panel('#employers .body', () => employers(ask, state, table))
  const show = () => Promise.all([panel('#tiles', () => tiles(ask, state)), table()])
  const showRegion = () => Promise.all([show(), panel('#series .body', () => series(ask, state)), panel('#impact .body', () => impact(ask, state))])
  const places = [...availability.districts, ...availability.regions].map(({ code, name }) => ({ value: code, text: name }))
  const state: State = {
    region: pick('region', places, places[0]?.value ?? '', (region) => (Object.assign(state, { region, page: 0 }), void showRegion())),
    year: span(
      pick('year', years.map((value) => ({ value, text: value })), years[Math.min(1, years.length - 1)] ?? '', (year) => {
        Object.assign(state, { year: span(year), page: 0 })
        void show()
      }),
    ),
    search: '',
    page: 0,
  }
  let typing: ReturnType<typeof setTimeout> | undefined
  the<HTMLInputElement>('#search').oninput = ({ target }) => {
    clearTimeout(typing)
    typing = setTimeout(() => {
      Object.assign(state, { search: (target as HTMLInputElement).value, page: 0 })
      void table()
    }, 200)
  }
  await showRegion()
}

start().catch((reason: unknown) => {
  the('main').replaceChildren(element('p', { class: 'failed', role: 'alert' }, reason instanceof Error ? reason.message : String(reason)))
})
