/** Four lanterns over a harbour at night, and their light on the water. */
const lanterns = [
  { x: 170, y: 250, size: 1, colour: '#ffb347' },
  { x: 330, y: 165, size: 1.25, colour: '#ff8a3c' },
  { x: 510, y: 225, size: 1.1, colour: '#ffc56b' },
  { x: 660, y: 140, size: 0.9, colour: '#ff7a4d' },
];

export function LanternsArt() {
  return (
    <>
      <rect width="800" height="600" fill="#13284b" />
      <circle cx="400" cy="210" r="330" fill="#1a3560" />
      <circle cx="400" cy="210" r="210" fill="#21406f" />
      <path d="M0 402 90 360l70 26 90-52 84 60 120-38 96 40 110-70 140 76v60H0Z" fill="#0d1d38" />
      <rect y="410" width="800" height="190" fill="#0a1730" />
      {lanterns.map(({ x, y, size, colour }) => (
        <g key={x}>
          <path d={`M${x} 0V${y}`} stroke="#0a1730" strokeWidth="4" />
          <circle cx={x} cy={y + 62 * size} r={104 * size} fill={colour} opacity=".16" />
          <circle cx={x} cy={y + 62 * size} r={76 * size} fill={colour} opacity=".22" />
          <g transform={`translate(${x} ${y}) scale(${size})`}>
            <rect x="-17" y="-6" width="34" height="13" rx="4" fill="#2b1a14" />
            <path d="M-30 8h60c22 26 22 82 0 108h-60c-22-26-22-82 0-108Z" fill={colour} />
            <path
              d="M-30 8h60M-44 36h88M-47 62h94M-44 88h88"
              stroke="#7d2f12"
              strokeOpacity=".4"
              strokeWidth="4"
              fill="none"
            />
            <path d="M-10 8c-12 30-12 78 0 108h20c12-30 12-78 0-108Z" fill="#fff1c9" opacity=".75" />
            <rect x="-17" y="114" width="34" height="11" rx="4" fill="#2b1a14" />
          </g>
          {[0, 1, 2, 3, 4, 5].map((line) => (
            <path
              key={line}
              d={`M${x - (44 - line * 5) * size} ${430 + line * 26}h${(88 - line * 10) * size}`}
              stroke={colour}
              strokeWidth={9 - line}
              strokeLinecap="round"
              opacity={0.75 - line * 0.11}
            />
          ))}
        </g>
      ))}
    </>
  );
}
