import { CheckOutlined, CopyOutlined } from '@ant-design/icons';
import { type ReactNode, useState } from 'react';
import { useWords } from '../words';

interface Props {
  value: string;
  /** What is shown in its place, such as a link to its page. */
  children?: ReactNode;
}

/** An id: in one width, whole, and to be copied. */
export function Id({ value, children }: Props) {
  return (
    <span className="id">
      <code>{children ?? value}</code>
      <CopyButton text={value} />
    </span>
  );
}

/** Copies a text, and says so. */
export function CopyButton({ text }: { text: string }) {
  const words = useWords();
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 1_500);
  };
  const label = isCopied ? words.app.copied : `${words.app.copy} ${text.length <= 40 ? text : ''}`.trim();
  return (
    <button type="button" className="copy" onClick={copy} aria-label={label} title={words.app.copy}>
      {isCopied ? <CheckOutlined /> : <CopyOutlined />}
    </button>
  );
}
