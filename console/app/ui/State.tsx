import {
  CheckCircleFilled,
  ClockCircleOutlined,
  CloseCircleFilled,
  ExclamationCircleFilled,
  MinusCircleOutlined,
} from '@ant-design/icons';
import type { ReactNode } from 'react';

export type Mood = 'good' | 'wait' | 'warn' | 'bad' | 'off';

const MARKS: { readonly [M in Mood]: ReactNode } = {
  good: <CheckCircleFilled />,
  wait: <ClockCircleOutlined />,
  warn: <ExclamationCircleFilled />,
  bad: <CloseCircleFilled />,
  off: <MinusCircleOutlined />,
};

/** A state: a mark of its own shape, a word, and a colour, which never stands alone. */
export function State({ mood, children }: { mood: Mood; children: ReactNode }) {
  return (
    <span className={`state state-${mood}`}>
      <span aria-hidden="true">{MARKS[mood]}</span>
      {children}
    </span>
  );
}
