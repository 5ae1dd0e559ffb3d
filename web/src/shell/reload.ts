/** Apart, so that a test can see it happen. */
export const reloadPage = () => location.reload();
