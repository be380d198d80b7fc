// Builds the GraphiQL page into ../dist, or with --check compares ../dist with what a build would write.
import { readFile, readdir, rm, mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import * as esbuild from 'esbuild';
import { gzipSync } from 'fflate';
import { licences } from './licences.mjs';

const source = path.dirname(fileURLToPath(import.meta.url));
const dist = path.resolve(source, '../dist');

/** Takes out of a package's files what a pattern finds, and stops the build where it finds nothing any more. */
const without = (name, filter, pattern, loader) => ({
  name,
  setup(build) {
    build.onLoad({ filter }, async ({ path: file }) => {
      const text = await readFile(file, 'utf8');
      const contents = text.replace(pattern, '');
      if (contents === text) return { errors: [{ text: `${name}: nothing to take out of ${file}` }] };
      return { contents, loader };
    });
  },
});

const plugins = [
  // The page uses the reader's own fonts, and its policy refuses those that a style sheet carries.
  without('fonts', /node_modules\/graphiql\/.*\.css$/, /@font-face\s*\{[^}]*\}/g, 'css'),
  // The policy refuses style attributes; style.css has these rules instead.
  without('style attributes', /node_modules\/codemirror\/addon\/search\/(search|jump-to-line)\.js$/, /"style": "[^"]*", | style="[^"]*"/g, 'js'),
];

async function bundle() {
  return esbuild.build({
    absWorkingDir: source,
    entryPoints: { main: 'main.jsx' },
    outdir: 'assets',
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    keepNames: true, // GraphiQL makes the icons' titles of the names of its functions
    charset: 'utf8',
    jsx: 'automatic',
    legalComments: 'none',
    loader: { '.graphql': 'text' },
    define: { 'process.env.NODE_ENV': '"production"' },
    alias: { 'react-style-singleton': './style-singleton.js' },
    plugins,
    metafile: true,
    write: false,
  });
}

/** Gives every file of dist by its path: the page as it is, the assets compressed with the same bytes everywhere. */
async function build() {
  const { metafile, outputFiles } = await bundle();
  const [script, entry] = Object.entries(metafile.outputs).find(([, output]) => output.entryPoint === 'main.jsx');
  const preloads = entry.imports.filter(({ kind }) => kind === 'import-statement').map(({ path: file }) => path.basename(file));

  const page = (await readFile(path.join(source, 'page.html'), 'utf8'))
    .replace('%STYLE%', path.basename(entry.cssBundle))
    .replace('%SCRIPT%', path.basename(script))
    .replace('%PRELOADS%', preloads.map((file) => `<link rel="modulepreload" href="{{.Prefix}}/assets/${file}">`).join('\n'));

  const files = new Map([
    ['index.html', Buffer.from(page)],
    ['LICENSES.txt', Buffer.from(await licences(source, Object.keys(metafile.inputs)))],
  ]);
  for (const { path: file, contents } of outputFiles) {
    files.set(`assets/${path.basename(file)}.gz`, Buffer.from(gzipSync(contents, { level: 9, mtime: 0 })));
  }
  return files;
}

async function write(files) {
  await rm(dist, { recursive: true, force: true });
  for (const [name, contents] of files) {
    const file = path.join(dist, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, contents);
  }
}

/** Gives a line for each file of dist that is missing, differs or is not part of the build. */
async function differences(files) {
  const found = new Map();
  for (const entry of await readdir(dist, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    found.set(path.relative(dist, file).split(path.sep).join('/'), await readFile(file));
  }
  const lines = [];
  for (const [name, contents] of files) {
    if (!found.has(name)) lines.push(`${name} is missing`);
    else if (!found.get(name).equals(contents)) lines.push(`${name} differs from what the sources build`);
    found.delete(name);
  }
  for (const name of found.keys()) lines.push(`${name} is not part of the build`);
  return lines;
}

const files = await build();
if (process.argv.includes('--check')) {
  const lines = await differences(files);
  for (const line of lines) console.error(`dist: ${line}`);
  if (lines.length > 0) {
    console.error('Run npm ci && npm run build, and commit dist.');
    process.exitCode = 1;
  }
} else {
  await write(files);
  for (const [name, contents] of files) console.log(`${String(contents.length).padStart(8)} ${name}`);
}
