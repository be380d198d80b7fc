import { useState } from 'react';
import { createRoot } from 'react-dom/client';
import { GraphiQL } from 'graphiql';
import 'graphiql/style.css';
import './style.css';
import { Answer } from './answer/Answer.jsx';
import { createMeter } from './answer/meter.js';
import { CopyAs } from './copyas/menu.jsx';
import { firstTabs } from './examples/examples.js';
import { examplesPlugin } from './examples/Examples.jsx';
import { explorerPlugin } from './explorer/Explorer.jsx';
import { createFetcher } from './fetcher.js';
import { LetTabLeave } from './keys.jsx';
import { rememberLastTab } from './lasttab.js';
import { linkedTab } from './link.js';
import { askedRelease, endpointOf } from './release.js';
import { withoutHeaders } from './storage.js';

const tabs = firstTabs.map((query) => ({ query }));
const emptyTab = '# Ctrl-Space shows what can stand here, Ctrl-Enter runs the query. Tab and Escape leave the editor, Ctrl-] indents.\n\n';

const root = document.getElementById('graphiql');
const { endpoint } = root.dataset;
const release = askedRelease(window.location.search);
const url = endpointOf(endpoint, release.number);
const meter = createMeter();
const run = createFetcher(url, meter);
const fetcher = createFetcher(url);
const plugins = [explorerPlugin(fetcher), examplesPlugin];
const link = linkedTab(window.location.search);
rememberLastTab(window.localStorage);
const storage = withoutHeaders(window.localStorage);

function App() {
  // GraphiQL runs this operation in every tab, so it holds only until the reader turns to another query.
  const [operationName, setOperationName] = useState(link?.operationName);
  const releaseOperation = ({ tabs, activeTabIndex }) => {
    if (tabs[activeTabIndex].query !== link?.query) setOperationName(undefined);
  };

  return (
    <GraphiQL
      fetcher={run}
      defaultTabs={link ? [link, ...tabs] : tabs}
      defaultQuery={emptyTab}
      query={link?.query}
      variables={link?.variables}
      operationName={operationName}
      onTabChange={releaseOperation}
      plugins={plugins}
      storage={storage}
      shouldPersistHeaders={false}
      schemaDescription
    >
      <GraphiQL.Logo>Homebound{release.number > 0 || release.unknown ? <Answering {...release} /> : null}</GraphiQL.Logo>
      <GraphiQL.Toolbar>
        {({ prettify, merge, copy }) => <>{prettify}{merge}{copy}<CopyAs fetcher={fetcher} endpoint={endpoint} /></>}
      </GraphiQL.Toolbar>
      <GraphiQL.Footer>
        <LetTabLeave />
        <Answer meter={meter} fetcher={fetcher} />
      </GraphiQL.Footer>
    </GraphiQL>
  );
}

/** Says which release answers, where the address names one. */
function Answering({ number, unknown }) {
  return (
    <span className="homebound-release">
      {unknown ? `“${unknown}” is no release; the current one answers` : <>release {number} · <a href={window.location.pathname}>current</a></>}
    </span>
  );
}

createRoot(root).render(<App />);
