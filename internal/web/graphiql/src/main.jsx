import { useState } from 'react';
import { createRoot } from 'react-dom/client';
import { GraphiQL } from 'graphiql';
import 'graphiql/style.css';
import './style.css';
import { createFetcher } from './fetcher.js';
import { linkedTab } from './link.js';
import farEastImpact from './tabs/1-FarEastImpact.graphql';
import permitsByRegionAndYear from './tabs/2-PermitsByRegionAndYear.graphql';
import compliance2397 from './tabs/3-Compliance2397.graphql';
import ambassadorsClaims from './tabs/4-AmbassadorsClaims.graphql';

const tabs = [farEastImpact, permitsByRegionAndYear, compliance2397, ambassadorsClaims].map((query) => ({ query }));
const emptyTab = '# Ctrl-Space shows what can stand here, Ctrl-Enter runs the query.\n\n';

const root = document.getElementById('graphiql');
const fetcher = createFetcher(root.dataset.endpoint);
const link = linkedTab(window.location.search);

function App() {
  // GraphiQL runs this operation in every tab, so it holds only until the reader turns to another query.
  const [operationName, setOperationName] = useState(link?.operationName);
  const releaseOperation = ({ tabs, activeTabIndex }) => {
    if (tabs[activeTabIndex].query !== link?.query) setOperationName(undefined);
  };

  return (
    <GraphiQL
      fetcher={fetcher}
      defaultTabs={link ? [link, ...tabs] : tabs}
      defaultQuery={emptyTab}
      query={link?.query}
      variables={link?.variables}
      operationName={operationName}
      onTabChange={releaseOperation}
      shouldPersistHeaders={false}
      schemaDescription
    >
      <GraphiQL.Logo>Homebound</GraphiQL.Logo>
    </GraphiQL>
  );
}

createRoot(root).render(<App />);
