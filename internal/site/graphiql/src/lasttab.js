/**
 * Tells GraphiQL which tab was open at the end of the last visit. It looks for that tab by its text, which it keeps only
 * once something was written, and would add an empty tab to those of a visit in which nothing was.
 */
export function rememberLastTab(storage) {
  try {
    if (storage.getItem('graphiql:query')) return;
    const { tabs, activeTabIndex } = JSON.parse(storage.getItem('graphiql:tabState'));
    const { query, variables } = tabs[activeTabIndex];
    if (query) storage.setItem('graphiql:query', query);
    if (variables) storage.setItem('graphiql:variables', variables);
  } catch {
    // Nothing is kept, or nothing that can be read: GraphiQL opens its first tabs.
  }
}
