import { useEffect, useState } from 'react';
import { ToolbarMenu, useEditorContext, useExecutionContext } from '@graphiql/react';
import { formats, placeOf } from './formats.js';
import { readRequest } from './request.js';
import { copy } from './clipboard.js';
import { askRelease } from '../release.js';

// How long the page says what was copied.
const shownFor = 6000;

/**
 * The toolbar's menu that copies the query of the tab as a program, a chart or a reference. fetcher asks the release that
 * answers this page, and endpoint is the path of the current one.
 */
export function CopyAs({ fetcher, endpoint }) {
  const { queryEditor, variableEditor, headerEditor } = useEditorContext({ nonNull: true });
  const { operationName } = useExecutionContext({ nonNull: true });
  const [request, setRequest] = useState({});
  const [release, setRelease] = useState({});
  const [current, setCurrent] = useState(false);
  const [said, say] = useState('');

  useEffect(() => {
    if (!said) return undefined;
    const timer = setTimeout(() => say(''), shownFor);
    return () => clearTimeout(timer);
  }, [said]);

  const open = () => {
    setRequest(attempt(() => readRequest({
      query: queryEditor?.getValue() ?? '',
      variables: variableEditor?.getValue() ?? '',
      headers: headerEditor?.getValue() ?? '',
      operationName: operationName ?? queryEditor?.operationName,
    })));
    setRelease({ problem: 'The release is being asked for its number.' });
    askRelease(fetcher, headerEditor?.getValue()).then(
      (value) => setRelease({ value }),
      (error) => setRelease({ problem: `The release does not say which it is: ${error.message}` }),
    );
  };

  const textOf = ({ write, archived }) => {
    if (request.problem) return request;
    if (release.problem && (archived || !current)) return release;
    const place = placeOf({ origin: window.location.origin, endpoint, current, ...release.value });
    return attempt(() => write(request.value, place));
  };

  const choose = (name, text) => copy(text).then(
    () => say(`${name} is on the clipboard.`),
    () => say('The browser does not let this page use the clipboard.'),
  );

  return (
    <>
      <ToolbarMenu label="Copy as" button={<SnippetIcon />} onOpenChange={(opened) => opened && open()}>
        {formats.map((format) => {
          const { value, problem } = textOf(format);
          return (
            <ToolbarMenu.Item
              key={format.name}
              textValue={format.name}
              aria-disabled={problem ? true : undefined}
              onSelect={(event) => (problem ? event.preventDefault() : choose(format.name, value))}
            >
              {format.name}
              {problem && <span className="homebound-reason">{problem}</span>}
            </ToolbarMenu.Item>
          );
        })}
        <ToolbarMenu.Item
          role="menuitemcheckbox"
          aria-checked={!current}
          className="homebound-choice"
          onSelect={(event) => {
            event.preventDefault();
            setCurrent(!current);
          }}
        >
          <span aria-hidden="true">{current ? '☐' : '☑'}</span> Release {release.value?.number ?? '…'} for ever
          <span className="homebound-reason">{current ? 'Asks whichever release is current; answers change' : 'The same answer whenever it is asked'}</span>
        </ToolbarMenu.Item>
      </ToolbarMenu>
      <div role="status" className="homebound-said">{said}</div>
    </>
  );
}

/** Gives the value of a function, or the message of what it threw as a problem. */
function attempt(make) {
  try {
    return { value: make() };
  } catch (error) {
    return { problem: error.message };
  }
}

function SnippetIcon() {
  return (
    <svg className="graphiql-toolbar-icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      <path d="M8 7 3 12l5 5M16 7l5 5-5 5M13.5 5l-3 14" />
    </svg>
  );
}
