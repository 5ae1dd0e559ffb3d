/** Supper that smiles back. */
export function ComedyArt() {
  const squares = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  return (
    <>
      <rect width="800" height="600" fill="#f7ede2" />
      {squares.map((n) => (
        <g key={n} fill="#d6453d" opacity=".5">
          <rect x={n * 100} width="50" height="600" />
          <rect y={n * 100} width="800" height="50" />
        </g>
      ))}
      <ellipse cx="408" cy="316" rx="220" ry="216" fill="#5d1512" opacity=".28" />
      <circle cx="400" cy="300" r="214" fill="#fffdf8" />
      <circle cx="400" cy="300" r="154" fill="none" stroke="#e4dbcd" strokeWidth="7" />
      {[338, 462].map((x) => (
        <g key={x}>
          <circle cx={x} cy="254" r="31" fill="#6d8438" />
          <circle cx={x + 5} cy="250" r="12" fill="#c8372d" />
        </g>
      ))}
      <path d="M296 330c20 96 188 96 208 0-40 44-168 44-208 0Z" fill="#c8372d" />
      <path d="M504 330c4-16 16-24 30-22-8 4-12 14-14 24Z" fill="#54702c" />
      <g fill="#3c444a">
        <path d="M92 150h11v86h13v-86h11v86h13v-86h11v104c0 22-14 32-21 36l5 186c0 18-26 18-26 0l5-186c-8-4-22-14-22-36Z" />
        <path d="M668 150c34 12 46 86 38 174h-20v152c0 18-24 18-24 0V160c0-7 2-10 6-10Z" />
      </g>
    </>
  );
}
