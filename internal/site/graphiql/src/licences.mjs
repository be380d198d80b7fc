import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';

/** Gives the licence of every package that the inputs of a build came from, in order of name. */
export async function licences(source, inputs) {
  const folders = new Set(inputs.map((input) => input.match(/^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//)?.[1]).filter(Boolean));
  const sections = await Promise.all([...folders].map((folder) => section(path.join(source, folder))));
  sections.sort((a, b) => (a.title < b.title ? -1 : a.title > b.title ? 1 : 0));
  return [
    'The GraphiQL page contains code of these packages, under the licences given.\n',
    ...sections.map(({ title, licence, text }) => `${'-'.repeat(72)}\n${title}: ${licence}\n\n${text}\n`),
  ].join('\n');
}

async function section(folder) {
  const { name, version, license, author } = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'));
  if (!license) throw new Error(`${name} ${version} names no licence in its package.json`);
  const file = (await readdir(folder)).sort().find((entry) => /^(licen[cs]e|copying)([.-]|$)/i.test(entry));
  const text = file
    ? (await readFile(path.join(folder, file), 'utf8')).replace(/\r\n/g, '\n').replace(/[ \t]+$/gm, '').trim()
    : `The package has no licence file. Author: ${author?.name ?? author ?? 'see its home page'}.`;
  return { title: `${name} ${version}`, licence: license, text };
}
