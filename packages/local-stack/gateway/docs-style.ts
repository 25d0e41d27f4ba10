/**
 * The style of the API page, added to Scalar's own. In Scalar's style, secondary texts and the
 * names of methods have less contrast than 4.5:1, and the arrows of the sidebar are smaller than 24
 * px. The outline of the focused element is hard to see, and on a button that appears only under
 * the mouse, this outline is invisible.
 */
export const DOCS_STYLE = `
.light-mode {
  --scalar-color-2: #45494e; --scalar-color-3: #53585e; --scalar-link-color: #00528f;
  --scalar-color-green: #00603c; --scalar-color-blue: #00528f; --scalar-color-red: #a30014;
  --scalar-color-orange: #7d4300; --scalar-color-yellow: #6b4e00; --scalar-color-purple: #5a2ca0;
}
.dark-mode {
  --scalar-color-2: #cdd1d6; --scalar-color-3: #bcc1c7; --scalar-link-color: #9dc1ff;
  --scalar-color-green: #7ee2a8; --scalar-color-blue: #9dc1ff; --scalar-color-red: #ffa9a9;
  --scalar-color-orange: #ffc078; --scalar-color-yellow: #ffd479; --scalar-color-purple: #cdb4ff;
}
[data-sidebar-id] button[aria-expanded] { min-width: 24px; min-height: 24px; }
:focus-visible, .scalar-card-checkbox:has(:focus-visible) {
  outline: 3px solid var(--scalar-color-blue) !important; outline-offset: -3px !important;
  opacity: 1 !important;
}
`;
