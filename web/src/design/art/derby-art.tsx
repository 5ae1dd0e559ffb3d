/** The pitch from above under four floodlights, the ball on the spot. */
export function DerbyArt() {
  return (
    <>
      <rect width="800" height="600" fill="#17613e" />
      {[0, 160, 320, 480, 640].map((x) => (
        <rect key={x} x={x} width="80" height="600" fill="#1d7049" />
      ))}
      <g fill="none" stroke="#f4f7f2" strokeWidth="6">
        <path d="M400 0v600M40 40h720v520H40Z" />
        <circle cx="400" cy="300" r="112" />
        <path d="M40 160h112v280H40M760 160H648v280h112M40 232h46v136H40M760 232h-46v136h46" />
        <path d="M152 246a70 70 0 0 1 0 108M648 246a70 70 0 0 0 0 108" />
      </g>
      {[
        [0, 0],
        [800, 0],
        [0, 600],
        [800, 600],
      ].map(([x, y]) => (
        <g key={`${x} ${y}`} fill="#fff6c4">
          <circle cx={x} cy={y} r="330" opacity=".09" />
          <circle cx={x} cy={y} r="210" opacity=".13" />
          <circle cx={x} cy={y} r="100" opacity=".22" />
        </g>
      ))}
      <ellipse cx="410" cy="312" rx="46" ry="44" fill="#0b2c1d" opacity=".35" />
      <circle cx="400" cy="300" r="44" fill="#fff" />
      <path d="m400 278 21 15-8 25h-26l-8-25Z" fill="#14191c" />
      <path
        d="M400 278v-22M421 293l21-7M413 318l13 18M387 318l-13 18M379 293l-21-7"
        stroke="#14191c"
        strokeWidth="5"
      />
    </>
  );
}
