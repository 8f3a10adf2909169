// Drives npm alipay-sdk, unmodified, through ../cases.json against a running server; see ../README.md.

import { isDeepStrictEqual } from 'node:util';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import http from 'node:http';

const { AlipayFormData, AlipaySdk } = createRequire(`${process.env.PUNCHCARD_TEST_NODE_MODULES}/`)('alipay-sdk');

const file = (path) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const book = JSON.parse(file('cases.json'));
const given = JSON.parse(readFileSync(process.argv[2], 'utf8'));

/** Methods whose success has no code. */
const BARE = ['alipay.system.oauth.token'];

/** One charset and one sign type. */
class Run {
  failed = false;

  constructor({ charset, sign_type, known }) {
    this.charset = charset;
    this.signType = sign_type;
    this.sdk = (given.certificates ? 'node-cert' : 'node') + (given.v3 ? `-v3-${given.v3}` : '');
    const run = `${this.sdk}-${charset}-${sign_type}.`;
    this.known = { run, tag: run.replaceAll(/[^0-9A-Za-z]/g, '_'), ...known };
  }

  async all() {
    for (const test of book.cases) {
      await this.report(test.call, test.case, () => this.check(test));
    }
    await this.tampering();
  }

  async report(method, name, check) {
    let verdict = 'ok';
    let detail = '';
    try {
      await check();
    } catch (error) { // Whatever the SDK throws is a finding, not the end of the run.
      this.failed = true;
      verdict = 'FAIL';
      detail = `: ${error.name} ${error.message}`.replaceAll('\n', ' ');
    }
    console.log(`${verdict} ${method} ${this.sdk} ${this.charset} ${this.signType} ${name}${detail}`);
  }

  /** The SDK's answer to a case. */
  execute(test, gateway) {
    const app = book.apps[test.app];
    const sdk = new AlipaySdk({
      gateway: `http://${gateway}/gateway.do`,
      endpoint: `http://${gateway}`,
      encryptKey: app.aes_key,
      appId: app.app_id,
      privateKey: file(`keys/${app.key}.private.pem`),
      ...(given.certificates ? certificates(app) : { alipayPublicKey: file('keys/platform.public.pem') }),
      signType: this.signType,
      charset: test.charset ?? this.charset,
    });
    const params = {};
    if (test.send) {
      params.bizContent = Object.fromEntries(Object.entries(test.send).map(([field, value]) => [field, this.text(value)]));
      Object.assign(params.bizContent, this.filled(test.plain ?? {}));
    }
    for (const [field, value] of Object.entries(test.parameters ?? {})) params[camel(field)] = this.text(value);
    if (given.v3) return this.curl(sdk, test, app);
    if (app.app_auth_token) params.appAuthToken = app.app_auth_token;
    if (!test.files) return sdk.exec(test.call, params, { validateSign: true });
    const formData = new AlipayFormData();
    for (const [name, value] of Object.entries(params)) formData.addField(name, value);
    for (const [field, { name, base64 }] of Object.entries(test.files)) {
      formData.addFile(camel(field), name, Buffer.from(base64, 'base64'));
    }
    return sdk.exec(test.call, {}, { formData, validateSign: true });
  }

  /** The same through /v3: a success has its members, a refusal throws. */
  async curl(sdk, test, app) {
    const fields = { ...test.send, ...test.parameters };
    const body = Object.fromEntries(Object.entries(fields).map(([field, value]) => [field, this.text(value)]));
    Object.assign(body, this.filled(test.plain ?? {}));
    const path = `/v3/${test.call.replaceAll('.', '/')}`;
    const options = { appAuthToken: app.app_auth_token };
    let verb = 'POST';
    if (test.files) {
      options.form = new AlipayFormData();
      for (const [name, value] of Object.entries(body)) options.form.addField(name, value);
      for (const [field, { name, base64 }] of Object.entries(test.files)) {
        options.form.addFile(field, name, Buffer.from(base64, 'base64'));
      }
    } else if (given.v3 === 'get' && reads(test.call)) {
      verb = 'GET';
      const text = ([name, value]) => [name, typeof value === 'object' ? JSON.stringify(value) : value];
      options.query = Object.fromEntries(Object.entries(body).map(text));
    } else {
      options.body = body;
      options.needEncrypt = given.v3 === 'encrypted' && app.aes_key !== undefined;
    }
    const members = (value) => {
      if (Array.isArray(value)) return value.map(members);
      if (value === null || typeof value !== 'object') return value;
      return Object.fromEntries(Object.entries(value).map(([name, one]) => [camel(name), members(one)]));
    };
    try {
      const { data, responseHttpStatus, traceId } = await sdk.curl(verb, path, options);
      expect(responseHttpStatus === 200, `status ${responseHttpStatus}`);
      const coded = BARE.includes(test.call) ? {} : { code: '10000', msg: 'Success' };
      return { ...coded, traceId, ...members(data) };
    } catch (error) {
      if (!error.responseHttpStatus || error.responseHttpStatus < 400) throw error;
      const wanted = test.refused?.split(' ') ?? [];
      const [, family, code] = /^(?:(isv|isp|aop)\.)?(.*)$/.exec(wanted[1] ?? '');
      const status = { 20000: 500, 20001: 401, 40005: 429, 40006: 403 }[wanted[0]] ?? (code === 'invalid-method' ? 404 : 400);
      expect(error.code === code && error.responseHttpStatus === status, `${error.responseHttpStatus} ${error.code}: ${error.message}`);
      expect(family || !error.code.includes('isv.'), error.code);
      return { code: wanted[0], msg: book.msg[wanted[0]], subCode: wanted[1], subMsg: error.message, traceId: error.traceId };
    }
  }

  async check(test) {
    const { code, msg, subCode, subMsg, traceId, ...members } = await this.execute(test, given.gateway);
    const body = JSON.stringify({ code, msg, subCode, subMsg, traceId, ...members });
    expect(msg === book.msg[code], body);
    expect(traceId, `no trace_id: ${body}`);
    if (test.refused) {
      const [wantedCode, wantedSubCode, ...words] = test.refused.split(' ');
      expect(code === wantedCode && subCode === wantedSubCode && isDeepStrictEqual(members, {}), body);
      // The string that was verified is another through /v3.
      const isOther = given.v3 && subCode === 'isv.invalid-signature';
      const wanted = isOther ? [test.call.replaceAll('.', '/')] : words.map((word) => this.text(word));
      expect(wanted.every((word) => subMsg.includes(word)), body);
    } else {
      expect(code === (BARE.includes(test.call) ? undefined : '10000') && subCode === undefined, body);
      expect(isDeepStrictEqual(Object.keys(members).sort(), Object.keys(test.answer).map(camel).sort()), body);
      for (const [field, wanted] of Object.entries(test.answer)) this.compare(wanted, members[camel(field)]);
    }
  }

  compare(wanted, found) {
    const unknown = typeof wanted === 'string' && /^\{([a-z]+)\}$/.exec(wanted)?.[1];
    if (unknown && !(unknown in this.known)) {
      expect(typeof found === 'string' && found !== '', `${wanted} is ${JSON.stringify(found)}`);
      this.known[unknown] = found;
    } else if (typeof wanted !== 'object') {
      expect(found === this.filled(wanted), `${JSON.stringify(found)} is not ${JSON.stringify(this.filled(wanted))}`);
    } else if (typeof found === 'string') {
      expect(isDeepStrictEqual(JSON.parse(found), this.filled(wanted)), `${found} is not ${this.text(wanted)}`);
    } else {
      // The SDK hands the members of what is within over in camel case too.
      const name = Array.isArray(wanted) ? (index) => index : camel;
      const [names, foundNames] = [Object.keys(wanted), Object.keys(found ?? {})];
      const otherwise = `${JSON.stringify(found)} is not ${JSON.stringify(wanted)}`;
      expect(isDeepStrictEqual(names.map(name).sort(), foundNames.sort()), otherwise);
      for (const one of names) this.compare(wanted[one], found[name(one)]);
    }
  }

  /** A value of cases.json with what is known by now. */
  filled(value) {
    if (typeof value === 'string') return value.replace(/\{([a-z]+)\}/g, (_, name) => this.known[name]);
    if (Array.isArray(value)) return value.map((one) => this.filled(one));
    if (typeof value === 'object') {
      return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, this.filled(one)]));
    }
    return value;
  }

  /** What is sent for a value of cases.json; numbers stay numbers. */
  text(value) {
    const filled = this.filled(value);
    return typeof filled === 'object' ? JSON.stringify(filled, null, 1) : filled;
  }

  /** One byte of the answer changed on its way: in the code, in the business member, in a refusal, in the signature. */
  async tampering() {
    const method = 'koubei.marketing.campaign.crowd.create';
    const crowd = book.cases.find((test) => test.call === method && test.answer);
    const refusal = book.cases.find((test) => test.call === method && test.refused);
    // Through /v3 the signature is a header, an answer has no code, and a refusal is not verified.
    const changes = given.v3 ? [
      ['nothing changed on the way', crowd, ''],
      ...(given.v3 === 'encrypted' ? [] : [["the crowd's id changed on the way", crowd, '"crowd_group_id":"']]),
    ] : [
      ['nothing changed on the way', crowd, ''],
      ['the code changed on the way', crowd, '"code":"'],
      ["the crowd's id changed on the way", crowd, '"crowd_group_id":"'],
      ['the sub_code changed on the way', refusal, '"sub_code":"'],
      ['the signature changed on the way', crowd, '"sign":"'],
    ];
    for (const [name, test, before] of changes) {
      const proxy = await startProxy((body) => (before ? flip(body, before) : body));
      await this.report(method, name, () => this.passesOrNot(test, proxy.address, before === ''));
      proxy.close();
    }
  }

  async passesOrNot(test, gateway, honest) {
    const answer = await this.execute(test, gateway).catch((error) => {
      expect(!honest && /^(验签失败|支付宝响应验签失败)/.test(error.message), error.message);
    });
    expect(honest ? answer.crowdGroupId === this.known.crowd : answer === undefined, `accepted ${JSON.stringify(answer)}`);
  }
}

/** Hands every call to the gateway and its answer back through `change`. */
async function startProxy(change) {
  const [host, port] = given.gateway.split(':');
  const server = http.createServer((call, answer) => {
    const forward = http.request({ host, port, method: call.method, path: call.url, headers: call.headers }, async (reply) => {
      const chunks = [];
      for await (const chunk of reply) chunks.push(chunk);
      const body = change(Buffer.concat(chunks).toString('latin1'));
      const own = Object.entries(reply.headers).filter(([name]) => name === 'content-type' || name.startsWith('alipay-'));
      answer.writeHead(reply.statusCode, Object.fromEntries(own));
      answer.end(Buffer.from(body, 'latin1'));
    });
    call.pipe(forward);
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return { address: `127.0.0.1:${server.address().port}`, close: () => { server.closeAllConnections(); server.close(); } };
}

/** The body with the byte that follows `before` changed. */
function flip(body, before) {
  const at = body.indexOf(before) + before.length;
  return body.slice(0, at) + (body[at] === 'A' ? 'B' : 'A') + body.slice(at + 1);
}

/** What the SDK takes in certificate mode. An impostor has the certificate of the app that it pretends to be. */
function certificates({ app_id }) {
  const { key } = Object.values(book.apps).find((app) => app.app_id === app_id);
  return {
    appCertContent: file(`keys/${key}.crt`),
    alipayRootCertContent: file('keys/root.crt'),
    alipayPublicCertContent: file('keys/platform.crt'),
  };
}

/** Whether a method only reads: then it may be asked by GET. */
const reads = (method) => given.reads.includes(method);

/** The SDK hands members over in camel case. */
const camel = (field) => field.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());

function expect(holds, otherwise) {
  if (!holds) throw new Error(otherwise);
}

const runs = given.runs.map((run) => new Run(run));
for (const run of runs) await run.all();
process.exit(runs.some((run) => run.failed) ? 1 : 0);
