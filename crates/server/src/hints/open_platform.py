"""Writes the names of the open platform's methods, of the families that callers of Punchcard are likely to want.

    pip install alipay-sdk-python==3.3.398 && python3 open_platform.py > open_platform.txt
"""

import importlib.util
import pathlib
import re

FAMILIES = (
    "alipay.data.",
    "alipay.fund.",
    "alipay.marketing.",
    "alipay.offline.material.",
    "alipay.open.app.alipaycert.",
    "alipay.open.auth.",
    "alipay.open.public.",
    "alipay.system.",
    "alipay.trade.",
    "alipay.user.",
    "ant.merchant.",
    "koubei.",
)

package = pathlib.Path(importlib.util.find_spec("alipay").origin).parent
names = set()
for source in package.glob("aop/api/request/*.py"):
    names.update(re.findall(r"P_METHOD\] = '([^']+)'", source.read_text("utf-8")))
print("\n".join(sorted(name for name in names if name.startswith(FAMILIES))))
