"""Writes the characters that every receiver's GBK has, with their bytes; see ../README.md.

    python3 cp936.py > cp936.txt

A line is the first byte, the first of consecutive second bytes, and the characters of those. In it is what Python's
`gbk`, Java's `GBK`, Java's `x-mswin-936` (Microsoft's table, as PHP's mbstring has it) and the C library's `CP936` (as
PHP's iconv has it) all read alike. Written with Python 3.11, OpenJDK 17 and glibc 2.36.
"""

import pathlib
import subprocess
import sys
import tempfile

JAVA = """
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
public class Reads {
    public static void main(String[] charset) throws Exception {
        byte[] bytes = System.in.readAllBytes();
        System.out.write(new String(bytes, Charset.forName(charset[0])).getBytes(StandardCharsets.UTF_8));
        System.out.flush();
    }
}
"""
TRAILS = [trail for trail in range(0x40, 0xFF) if trail != 0x7F]
PAIRS = [bytes([lead, trail]) for lead in range(0x81, 0xFF) for trail in TRAILS]


def python(pair):
    return pair.decode("gbk")


def java(charset):
    """All pairs at once, a line each: what is none becomes U+FFFD, and may take a byte of ASCII along."""
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder, "Reads.java")
        source.write_text(JAVA)
        done = subprocess.run(["java", source, charset], input=b"\n".join(PAIRS), stdout=subprocess.PIPE, check=True)
    read = dict(zip(PAIRS, done.stdout.decode().split("\n"), strict=True))
    return lambda pair: read[pair]


def c_library(pair):
    done = subprocess.run(["iconv", "-f", "CP936", "-t", "UTF-8"], input=pair, capture_output=True)
    return done.stdout.decode()


def one(reads, pair):
    """The one character that is read, if it is one."""
    try:
        text = reads(pair)
    except UnicodeDecodeError:
        return None
    return text if len(text) == 1 and text != "\ufffd" else None


def main():
    readers = [java("GBK"), java("x-mswin-936"), c_library]
    known = {}
    for pair in PAIRS:
        character = one(python, pair)
        if character and all(one(reads, pair) == character for reads in readers):
            known[pair] = character
    for lead in range(0x81, 0xFF):
        first, run = None, ""
        for trail in range(0x40, 0x100):
            character = known.get(bytes([lead, trail]))
            if character:
                first = trail if first is None else first
                run += character
            elif run:
                print(f"{lead:02x} {first:02x} {run}")
                first, run = None, ""


sys.stdout.reconfigure(encoding="utf-8")
main()
