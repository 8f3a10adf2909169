/** An amount as the wire has it, `"1234.50"` yuan. Digits are grouped as text: no float ever holds money. */
export function Money({ yuan }: { yuan: string }) {
  const [, sign = '', whole = yuan, fraction = ''] = /^(-?)(\d+)(\.\d+)?$/.exec(yuan) ?? [];
  return (
    <span className="number">
      {sign}¥{whole.replace(/\B(?=(\d{3})+$)/g, ',')}
      {fraction}
    </span>
  );
}
