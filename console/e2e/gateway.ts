import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';

/** What a caller may do wrong. */
interface Mistake {
  /** Signs with this key. */
  key?: KeyObject;
  /** Changes the content after it was signed. */
  edit?: (content: string) => string;
}

interface Demo {
  gateway_url: string;
  app_id: string;
  app_private_key_pkcs8: string;
  app_public_key: string;
  pid: string;
  shop_ids: string[];
  point_card: { activity_account: string };
}

export const another = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

/** What the demo's world gives to whoever calls. */
export function demo(): Demo {
  const folder = process.env.PUNCHCARD_TEST_DATA;
  if (folder === undefined) throw new Error('no folder of the demo');
  return JSON.parse(readFileSync(join(folder, 'demo/demo.json'), 'utf8'));
}

/** Calls the gateway as the demo's app, signed as the contract says. Returns the answer's node. */
export async function callGateway(method: string, biz: object, mistake: Mistake = {}, more: object = {}) {
  const { gateway_url, app_id, app_private_key_pkcs8 } = demo();
  const own = createPrivateKey({ key: Buffer.from(app_private_key_pkcs8, 'base64'), format: 'der', type: 'pkcs8' });
  const content = JSON.stringify(biz);
  const parameters: { [name: string]: string } = {
    app_id,
    method,
    charset: 'utf-8',
    sign_type: 'RSA2',
    timestamp: '2026-11-30 12:00:00',
    version: '1.0',
    biz_content: content,
    ...more,
  };
  const names = Object.keys(parameters).sort();
  const signed = names.map((name) => `${name}=${parameters[name]}`).join('&');
  parameters.sign = sign('RSA-SHA256', Buffer.from(signed), mistake.key ?? own).toString('base64');
  if (mistake.edit) parameters.biz_content = mistake.edit(content);
  const response = await fetch(gateway_url, { method: 'POST', body: new URLSearchParams(parameters) });
  const answer = await response.json();
  return { signed, node: answer[`${method.replaceAll('.', '_')}_response`] };
}

/** A receiver of notifications that does not answer what it must, until it is told to. */
export async function receiver(answer: string): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => response.end(answer));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { server, url: `http://127.0.0.1:${address.port}/` };
}

/** Calls and mistakes, a payment whose notification is answered wrongly, points that wait. */
export async function use(notifyUrl: string): Promise<void> {
  const { shop_ids, point_card } = demo();
  const count = 'koubei.marketing.campaign.crowd.count';
  const conditions = '[{"op":"IN","tagCode":"pam_gender","value":"1"}]';
  await callGateway(count, { conditions });
  await callGateway(count, { conditions }, { key: another });
  await callGateway(count, { conditions }, { edit: (content) => content.replace('IN', 'NOTIN') });
  await callGateway(count, { conditions: '[{"op":"INN","tagCode":"pam_gender","value":"1"}]' });
  const user_id = '2088102146931394';
  const tea = { scene: 'bar_code', auth_code: '2888102146931394', subject: 'Tea', total_amount: '12.00' };
  const pay = await callGateway(
    'alipay.trade.pay',
    { ...tea, out_trade_no: 'tea_0001', store_id: shop_ids[0] },
    {},
    { notify_url: notifyUrl },
  );
  const points = { user_id, activity_account: point_card.activity_account };
  const update = 'koubei.marketing.tool.points.update';
  const given = { req_id: 'give_1', trans_type: 'DEPOSIT', trans_amount: '3' };
  await callGateway(update, { ...points, ...given, biz_no: pay.node.trade_no, shop_id: shop_ids[0] });
  await callGateway(update, { ...points, req_id: 'hold_1', trans_type: 'FREEZE', trans_amount: '2' });
}
