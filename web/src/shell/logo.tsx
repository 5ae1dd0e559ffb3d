/** Two rows of seats; one of them is yours. */
export function Logo() {
  return (
    <svg width="34" height="26" viewBox="0 0 34 26" aria-hidden="true">
      <g fill="#5f6c72">
        <circle cx="4.5" cy="6" r="3.5" />
        <circle cx="17" cy="6" r="3.5" />
        <circle cx="29.5" cy="6" r="3.5" />
        <circle cx="4.5" cy="19" r="3.5" />
        <circle cx="29.5" cy="19" r="3.5" />
      </g>
      <circle cx="17" cy="19" r="6" fill="#ffc629" />
    </svg>
  );
}
