/** A module of its own, so that tests can replace it. */
export const reloadPage = () => location.reload();

/** The path at which this document was loaded: its content security policy is of that path. */
export const loadedPath = location.pathname;
