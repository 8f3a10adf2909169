// antd makes its styles at run time, and some of its parts forget the nonce. So every style element gets it when it is
// created; without these lines each page has one to three reports of the policy.
export const nonce = document.querySelector<HTMLElement>('meta[property="csp-nonce"]')?.nonce ?? '';

document.createElement = new Proxy(document.createElement, {
  apply(create, self, words) {
    const made = Reflect.apply(create, self, words);
    if (made instanceof HTMLStyleElement) made.nonce = nonce;
    return made;
  },
});
