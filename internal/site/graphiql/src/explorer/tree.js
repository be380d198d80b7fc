import { createContext } from 'react';

/**
 * What the parts of the tree share: the schema, the document, `ask`, which asks the server, `edit`, which takes a function
 * from the text and more to the new text (edit(addSelection, parent, 'name')), and `opened`, the path of fields to show.
 */
export const Tree = createContext(null);
