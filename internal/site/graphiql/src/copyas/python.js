import { escapeOdd, literal, quoted } from './literal.js';

const words = { true: 'True', false: 'False', null: 'None', indent: '    ' };

/** Writes a request as a program for Python 3 with nothing but its standard library, which prints the data as JSON. */
export function python({ query, variables, operationName, keyed }, { url }) {
  const body = ['"query": QUERY', ...(variables ? ['"variables": VARIABLES'] : []), ...(operationName ? [`"operationName": ${quoted(operationName)}`] : [])];
  return `import json
${keyed ? 'import os\n' : ''}import sys
import urllib.error
import urllib.request

QUERY = """\\
${block(query)}"""
${variables ? `\nVARIABLES = ${literal(variables, words)}\n` : ''}
request = urllib.request.Request(
    ${quoted(url)},
    json.dumps({${body.join(', ')}}).encode(),
    {
        "Content-Type": "application/json",
${keyed ? '        "Authorization": f"Bearer {os.environ[\'HOMEBOUND_KEY\']}",  # your key, hb_...\n' : ''}    },
)
try:
    with urllib.request.urlopen(request) as response:
        answer = json.load(response)
except urllib.error.HTTPError as refusal:
    sys.exit(refusal.read().decode())
if "errors" in answer:
    sys.exit("\\n".join(error["message"] for error in answer["errors"]))
print(json.dumps(answer["data"], ensure_ascii=False, indent=2))
`;
}

/** Writes a text for between two triple quotes. */
function block(text) {
  return escapeOdd(text.replace(/\\/g, '\\\\').replace(/"(?="")|"$/g, '\\"'));
}
