import { useEffect } from 'react';
import { useEditorContext } from '@graphiql/react';

const hint = 'Tab and Shift+Tab leave the editor, and Escape goes to the button that runs the query. Ctrl+] indents.';

// false hands a key to the browser, which goes to what comes next. The menu that completes words takes its keys first.
const keys = {
  Tab: false,
  'Shift-Tab': false,
  Esc(editor) {
    const { Pass } = editor.constructor;
    if (editor.listSelections().length > 1) return Pass; // the editor then drops all selections but one
    document.querySelector('.graphiql-execute-button')?.focus();
    return undefined;
  },
};

/** Lets the keyboard leave every editor, as it leaves everything else on a page, and says so to a screen reader. */
export function LetTabLeave() {
  const { queryEditor, variableEditor, headerEditor, responseEditor } = useEditorContext({ nonNull: true });
  useEffect(() => {
    const editors = [queryEditor, variableEditor, headerEditor, responseEditor].filter(Boolean);
    for (const editor of editors) {
      editor.addKeyMap(keys, true);
      editor.getInputField().setAttribute('aria-description', hint);
    }
    return () => editors.forEach((editor) => editor.removeKeyMap(keys));
  }, [queryEditor, variableEditor, headerEditor, responseEditor]);
  return null;
}
