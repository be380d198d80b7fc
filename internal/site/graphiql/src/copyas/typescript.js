import { escapeOdd, literal, quoted } from './literal.js';

const words = { true: 'true', false: 'false', null: 'null', indent: '  ' };

// A literal's member __proto__ would be its prototype.
const member = (name) => (name === '__proto__' ? '["__proto__"]' : quoted(name));

/** Writes a request as a module of TypeScript with nothing but fetch, which prints the data as JSON. */
export function typescript({ query, variables, operationName, keyed }, { url }) {
  const body = ['query', ...(variables ? ['variables'] : []), ...(operationName ? [`operationName: ${quoted(operationName)}`] : [])];
  return `const query = /* GraphQL */ \`${block(query)}\`;
${variables ? `\nconst variables = ${literal(variables, words, member)};\n` : ''}
/** Asks Homebound. Data is the form of the answer, which the query decides. */
async function ask<Data>(): Promise<Data> {
  const response = await fetch(${quoted(url)}, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
${keyed ? '      Authorization: `Bearer ${process.env.HOMEBOUND_KEY}`, // your key, hb_...\n' : ''}    },
    body: JSON.stringify({ ${body.join(', ')} }),
  });
  const answer = (await response.json()) as { data: Data; errors?: { message: string }[] };
  if (answer.errors) throw new Error(answer.errors.map(({ message }) => message).join("\\n"));
  return answer.data;
}

const data = await ask<unknown>();
console.log(JSON.stringify(data, null, 2));

export {};
`;
}

/** Writes a text for between two backquotes. */
function block(text) {
  return escapeOdd(text.replace(/[\\`]|\$(?=\{)/g, '\\$&'));
}
