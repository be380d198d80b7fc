/** The longest query, and the longest variables, that a link opens: the editor would stall on more. */
export const longest = 64 * 1024;

/**
 * Reads the tab that a link such as /graphiql?query=...&variables=...&operationName=... asks for.
 * Gives undefined for a link without a query, and a tab that says what is wrong for one that cannot be opened.
 */
export function linkedTab(search) {
  const asked = new URLSearchParams(search);
  const query = asked.get('query');
  if (!query?.trim()) return undefined;

  const variables = asked.get('variables')?.trim() || undefined;
  for (const [name, text] of [['query', query], ['variables', variables]]) {
    if (text?.length > longest) {
      return { query: `# The link's ${name} has ${text.length} characters; at most ${longest} are opened.\n` };
    }
  }
  if (variables && !isObject(variables)) {
    return { query: "# The link's variables are not a JSON object, so it was not opened.\n" };
  }
  const operationName = asked.get('operationName') ?? '';
  return { query, variables, operationName: /^[_A-Za-z]\w{0,255}$/.test(operationName) ? operationName : undefined };
}

function isObject(json) {
  try {
    const value = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
