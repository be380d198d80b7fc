// Writes tabs in every form that the page's menu has: reads [{tab, place}] as JSON, and prints [{form: {value} or {problem}}].
import { readFileSync } from 'node:fs';
import { formats, placeOf } from '../src/copyas/formats.js';
import { readRequest } from '../src/copyas/request.js';

const written = JSON.parse(readFileSync(0, 'utf8')).map(({ tab, place }) => Object.fromEntries(formats.map(({ name, write }) => {
  try {
    return [name, { value: write(readRequest(tab), placeOf(place)) }];
  } catch (error) {
    return [name, { problem: error.message }];
  }
})));
console.log(JSON.stringify(written));
