// Numbers as the pictures write them: four significant digits, a true minus sign, Python's inf and nan.

function number(x) {
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "inf" : "−inf";
  if (x === 0) return Object.is(x, -0) ? "−0" : "0";
  const [digits, power] = fourDigits(x).toExponential(3).split("e");
  const exponent = Number(power);
  const isLong = exponent < -4 || exponent > 3;
  const shown = isLong ? digits : Number(`${digits}e${power}`).toFixed(3 - exponent);
  const trimmed = shown.includes(".") ? shown.replace(/\.?0+$/, "") : shown;
  const tail = isLong ? `e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}` : "";
  return (trimmed + tail).replaceAll("-", "−");
}

// Half way between two neighbours Python takes the even one, where JavaScript takes the larger.
function fourDigits(x) {
  const [, kept, rest, power] = /^-?(\d\.\d{3})(\d*)(e.*)$/.exec(x.toExponential(30));
  return /^50*$/.test(rest) && Number(kept.at(-1)) % 2 === 0 ? Math.sign(x) * Number(kept + power) : x;
}

// What someone typed, or undefined if it is no number.
function parse(text) {
  const plain = text.trim().toLowerCase().replaceAll("−", "-");
  const parts = plain.split("/").map((part) => part.trim().replace(",", "."));
  if (parts.length <= 2 && parts.every((part) => /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(part))) {
    const [top, bottom = 1] = parts.map(Number);
    return bottom === 0 ? undefined : top / bottom;
  }
  return { inf: Infinity, "+inf": Infinity, "-inf": -Infinity, nan: NaN }[plain];
}

// In full, for a field or an address.
function inFull(x) {
  return Number.isFinite(x) ? (Object.is(x, -0) ? "-0" : String(x)) : number(x).replace("−", "-");
}

// x, in parentheses where it follows a sign: 2 × (−1).
function signed(x) {
  const shown = number(x);
  return shown.startsWith("−") ? `(${shown})` : shown;
}
