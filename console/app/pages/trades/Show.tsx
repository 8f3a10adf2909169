import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Input } from 'antd';
import { ask } from '../../api/call';
import type { TradeView } from '../../api/generated';
import type { At } from '../../routes';
import { Answer } from '../../ui/Answer';
import { Choice } from '../../ui/Choice';
import { Detail } from '../../ui/Detail';
import { Empty } from '../../ui/Empty';
import { Id } from '../../ui/Id';
import { List } from '../../ui/List';
import { Money } from '../../ui/Money';
import { Page, Part } from '../../ui/Page';
import { When } from '../../ui/When';
import { useWords } from '../../words';

const route = getRouteApi('/in/$pid/trades');

function trade(pid: string, number: string, by: string | undefined) {
  return ask(pid, 'punchcard.trade.show', by === 'out' ? { pid, out_trade_no: number } : { pid, trade_no: number });
}

export async function load({ queries, params: { pid = '' }, search: { no, by } }: At) {
  if (no) await queries.prefetchQuery(trade(pid, no.toString(), by?.toString()));
}

/** A trade by either of its numbers: state, amounts, what it was paid with, refunds. */
export default function Trades() {
  const words = useWords();
  const { pid } = route.useParams();
  const { no, by } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <Page title={words.trades.title}>
      <search className="bar" data-filter>
        <Choice
          label={words.trades.by}
          value={by ?? ''}
          choose={(by) => navigate({ search: { no, by }, replace: true })}
          choices={[
            ['', words.trades.number],
            ['out', words.trades.outNumber],
          ]}
        />
        <Input.Search
          key={no}
          aria-label={words.trades.find}
          placeholder={words.trades.find}
          enterButton={words.trades.show}
          defaultValue={no}
          maxLength={64}
          onSearch={(text) => navigate({ search: { no: text.trim(), by } })}
        />
      </search>
      {no ? <Found pid={pid} no={no} by={by} /> : <Empty title={words.trades.none}>{words.trades.noneText}</Empty>}
    </Page>
  );
}

function Found({ pid, no, by }: { pid: string; no: string; by: string | undefined }) {
  const query = useQuery(trade(pid, no, by));
  return (
    <Answer query={query} lines={8}>
      {(trade) => <Whole trade={trade} />}
    </Answer>
  );
}

function Whole({ trade }: { trade: TradeView }) {
  const words = useWords();
  const time = (label: string, value: string | null | undefined) =>
    value ? [{ label, value: <When time={value} /> }] : [];
  const money = (label: string, value: string | null | undefined) =>
    value ? [{ label, value: <Money yuan={value} /> }] : [];
  const vouchers = trade.vouchers ?? [];
  return (
    <div className="stack">
      <Part title={trade.subject} aside={words.trades.states[trade.trade_status] ?? trade.trade_status}>
        <Detail
          facts={[
            ...money(words.trades.total, trade.total_amount),
            ...money(words.trades.paid, trade.buyer_pay_amount),
            ...money(words.trades.received, trade.receipt_amount),
            ...money(words.trades.refunded, trade.refunded_amount),
            { label: words.trades.number, value: <Id value={trade.trade_no} /> },
            { label: words.trades.outNumber, value: <Id value={trade.out_trade_no} /> },
            { label: words.trades.buyer, value: <Id value={trade.buyer_id} /> },
            ...(trade.shop_id ? [{ label: words.trades.shop, value: <Id value={trade.shop_id} /> }] : []),
            ...time(words.trades.made, trade.gmt_create),
            ...time(words.trades.payment, trade.gmt_payment),
            ...time(words.trades.expires, trade.expires),
            ...time(words.trades.closed, trade.gmt_close),
            ...(trade.notify_url ? [{ label: words.trades.told, value: <code>{trade.notify_url}</code> }] : []),
            ...(trade.cashier_uri ? [{ label: words.trades.cashier, value: <code>{trade.cashier_uri}</code> }] : []),
          ]}
        />
      </Part>
      {0 < vouchers.length && (
        <Part title={words.trades.vouchers}>
          <List
            caption={words.trades.vouchers}
            rows={vouchers}
            keyOf={({ voucher_id }) => voucher_id}
            empty={null}
            columns={[
              { title: words.crowds.name, isKey: true, show: ({ name }) => name },
              {
                title: words.trades.amount,
                isKey: true,
                isNumber: true,
                show: ({ amount }) => <Money yuan={amount} />,
              },
              {
                title: words.trades.refunded,
                isNumber: true,
                show: ({ refunded_amount }) => <Money yuan={refunded_amount} />,
              },
              { title: words.trades.number, show: ({ voucher_id }) => <Id value={voucher_id} /> },
            ]}
          />
        </Part>
      )}
      <Part title={words.trades.refunds}>
        <List
          caption={words.trades.refunds}
          rows={trade.refunds}
          keyOf={({ out_request_no }) => out_request_no}
          empty={<p className="soft">{words.trades.noRefund}</p>}
          columns={[
            { title: words.trades.request, isKey: true, show: ({ out_request_no }) => out_request_no },
            {
              title: words.trades.amount,
              isKey: true,
              isNumber: true,
              show: ({ refund_amount }) => <Money yuan={refund_amount} />,
            },
            { title: words.trades.reason, show: ({ reason }) => reason || '–' },
            { title: words.calls.time, show: ({ gmt_refund_pay }) => <When time={gmt_refund_pay} /> },
          ]}
        />
      </Part>
    </div>
  );
}
