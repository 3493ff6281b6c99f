"""What is hidden on a page and what is not, and which hidden blocks are injections."""

from __future__ import annotations

import pytest

from cleaner.api import Cleaner
from cleaner.pages.hidden import hidden
from cleaner.pages.markup import elements, tokenize
from cleaner.pages.servercode import server_code

# Each holds HIDE, which its readers do not see.
HIDING = {
    "display": '<div style="display:none">HIDE</div>',
    "case and important": '<DIV STYLE="Display : NONE ! IMPORTANT">HIDE</DIV>',
    "single quotes": "<p style='display:none;'>HIDE</p>",
    "no quotes": "<p style=display:none>HIDE</p>",
    "entity in the attribute": '<p style="display&#58;none">HIDE</p>',
    "css escape": r'<p style="d\69splay:n\6f ne">HIDE</p>',
    "css comment": '<p style="dis/*x*/play:/**/none">HIDE</p>',
    "important first": '<p style="display:none!important;display:block">HIDE</p>',
    "visibility": '<p style="visibility: hidden">HIDE</p>',
    "collapsed": '<p style="visibility:collapse">HIDE</p>',
    "left": '<p style="position:absolute;left:-9999px">HIDE</p>',
    "left and top, capitals": '<P style="LEFT: -999px; POSITION: absolute; TOP: -999px">HIDE</P>',
    "fixed top": '<p style="position:fixed;top:-5000px">HIDE</p>',
    "right": '<p style="position:absolute;right:-200em">HIDE</p>',
    "far to the right": '<p style="position:absolute;left:99999px">HIDE</p>',
    "calculated": '<p style="position:absolute;left:calc(0px - 9999px)">HIDE</p>',
    "exponent": '<p style="position:absolute;left:-1e4px">HIDE</p>',
    "percent": '<p style="position:absolute;top:-100%">HIDE</p>',
    "margin": '<p style="margin-left:-9000px">HIDE</p>',
    "short margin": '<p style="margin:0 0 0 -9000px">HIDE</p>',
    "indent": '<p style="text-indent:-9999px">HIDE</p>',
    "moved": '<p style="transform:translateX(-9999px)">HIDE</p>',
    "moved up": '<p style="transform: translate(0, -300vh)">HIDE</p>',
    "scaled": '<p style="transform:scale(0)">HIDE</p>',
    "no height": '<p style="height:0;overflow:hidden">HIDE</p>',
    "one pixel": '<p style="width:1px;height:1px;overflow:hidden">HIDE</p>',
    "no greatest height": '<p style="max-height:0;overflow-y:hidden">HIDE</p>',
    "no letters": '<p style="font-size:0">HIDE</p>',
    "tiny letters": '<p style="font-size:1px">HIDE</p>',
    "tiny letters in short": '<p style="font:0/0 a">HIDE</p>',
    "opacity": '<p style="opacity:0">HIDE</p>',
    "little opacity": '<p style="opacity:.01">HIDE</p>',
    "old opacity": '<p style="filter:alpha(opacity=0)">HIDE</p>',
    "clip": '<p style="position:absolute;clip:rect(0 0 0 0)">HIDE</p>',
    "clip of a pixel": '<p style="position:absolute;clip:rect(1px,1px,1px,1px)">HIDE</p>',
    "clip path": '<p style="clip-path:inset(50%)">HIDE</p>',
    "clip circle": '<p style="clip-path:circle(0)">HIDE</p>',
    "colour on itself": '<p style="color:#fff;background:#fff">HIDE</p>',
    "colour on nearly itself": '<p style="color:#fefefe;background-color:white">HIDE</p>',
    "colour on ancestor": '<div style="background:rgb(0,0,0)"><p><span style="color:#010101">HIDE</span></p></div>',
    "font on body": '<body bgcolor="#FFFFFF"><font color="#fffffe">HIDE</font></body>',
    "white on a page without sheets": '<p style="color:white">HIDE</p>',
    "no colour": '<p style="color:transparent">HIDE</p>',
    "no colour, rgba": '<p style="color:rgba(0, 0, 0, 0)">HIDE</p>',
    "behind": '<p style="position:absolute;z-index:-9999">HIDE</p>',
    "attribute": "<p hidden>HIDE</p>",
    "scrolled in a pixel": '<p style="width:1px;height:1px;overflow:auto">HIDE</p>',
    "next to no scale": '<p style="transform:scale(0.001)">HIDE</p>',
    "scale of its own": '<p style="scale:0 1">HIDE</p>',
    "zoomed away": '<p style="zoom:0.01">HIDE</p>',
    "matrix of nothing": '<p style="transform:matrix(0,0,0,0,0,0)">HIDE</p>',
    "blurred": '<p style="filter:grayscale(1) blur(50px)">HIDE</p>',
    "until found": '<p hidden="until-found">HIDE</p>',
    "noscript": "<noscript>HIDE</noscript>",
    "template": "<template>HIDE</template>",
    "dialog": "<dialog>HIDE</dialog>",
    "marquee": '<marquee width="1" height="6">HIDE</marquee>',
    "fast marquee": "<marquee scrollamount=10000>HIDE</marquee>",
    "class": "<style>.q{display:none}</style><p class='a q'>HIDE</p>",
    "id": "<style>#q { left:-999em; position:absolute }</style><p id=q>HIDE</p>",
    "attribute rule": "<style>[data-x='1']{display:none}</style><p data-x=1>HIDE</p>",
    "attribute starts": "<style>p[class^=ab]{display:none}</style><p class=abc>HIDE</p>",
    "element": "<style>center{display:none}</style><center>HIDE</center>",
    "descendant": "<style>div.a p{display:none}</style><div class=a><b><p>HIDE</p></b></div>",
    "child": "<style>.a > p{display:none}</style><div class=a><p>HIDE</p></div>",
    "two rules": "<style>.a{position:absolute}.b{left:-9999px}</style><p class='a b'>HIDE</p>",
    "list of selectors": "<style>h1, .q, a:hover{display:none}</style><p class=q>HIDE</p>",
    "not": "<style>p:not(.x){display:none}</style><p>HIDE</p>",
    "media": "<style>@media screen{.q{display:none}}</style><p class=q>HIDE</p>",
    "broken rule before": "<style>}} .x{ : ;} <!-- .q{display:none} --></style><p class=q>HIDE</p>",
    "escaped class": r"<style>.\71 {display:none}</style><p class=q>HIDE</p>",
    "colour by rule": "<style>.q{color:#000;background:#000}</style><p class=q>HIDE</p>",
    "script by id": "<p id=q>HIDE</p><script>document.getElementById('q').style.display='none';</script>",
    "script by variable": "<p id=q>HIDE</p><script>var e = document.getElementById('q'); e.style.cssText = 'position:absolute;top:-999px';</script>",
    "script by selector": "<p class=q>HIDE</p><script>document.querySelector('.q').style['visibility'] = 'hidden'</script>",
    "script sets attribute": "<p id=q>HIDE</p><script>document.getElementById('q').setAttribute('style','display:none')</script>",
    "jquery": "<p id=q>HIDE</p><script>$('#q').hide();</script>",
    "jquery css": "<p id=q>HIDE</p><script>jQuery('#q').css({'display': 'none', 'color': 'red'});</script>",
    "script writes a rule": "<p id=q>HIDE</p><script>document.write('<sty'+'le>#q{display:none}</st'+'yle>')</script>",
    "script adds a rule": "<p id=q>HIDE</p><script>var r='#q{margin:0px;position:fixed;top:-152413851px;}';</script>",
    "script, escaped": r"<p id=q>HIDE</p><script>var r='\x23q{display:none}';</script>",
    "script writes the tag": "<script>document.write('<div style=\"display:none\">')</script>HIDE<script>document.write('</div>')</script>",
}

# Each holds SHOW, which is seen, or not hidden by anything that is said about it.
SHOWN = {
    "bare": "<p>SHOW</p>",
    "aria": '<p aria-hidden="true">SHOW</p>',
    "block": '<p style="display:block">SHOW</p>',
    "shown again": '<p style="display:none;display:block">SHOW</p>',
    "little to the left": '<p style="position:absolute;left:-20px">SHOW</p>',
    "left without a position": '<p style="left:-9999px">SHOW</p>',
    "overlapping margin": '<p style="margin-left:-100px">SHOW</p>',
    "hanging indent": '<p style="text-indent:-2em">SHOW</p>',
    "centred": '<p style="position:absolute;top:50%;transform:translate(-50%,-50%)">SHOW</p>',
    "no height, overflowing": '<p style="height:0">SHOW</p>',
    "cut off but wide": '<p style="width:100%;overflow:hidden">SHOW</p>',
    "all of the height": '<p style="max-height:100%;overflow:hidden">SHOW</p>',
    "small letters": '<p style="font-size:10px">SHOW</p>',
    "relative letters": '<p style="font-size:1em">SHOW</p>',
    "small in percent": '<p style="font-size:75%">SHOW</p>',
    "short font": '<p style="font:12px/1.5 Arial">SHOW</p>',
    "bold short font": '<p style="font:italic bold 1.2em serif">SHOW</p>',
    "half transparent": '<p style="opacity:0.5">SHOW</p>',
    "opaque": '<p style="opacity:1">SHOW</p>',
    "clip without a position": '<p style="clip:rect(0 0 0 0)">SHOW</p>',
    "clip of some size": '<p style="position:absolute;clip:rect(0px,200px,100px,0px)">SHOW</p>',
    "soft clip path": '<p style="clip-path:inset(5%)">SHOW</p>',
    "white on black": '<p style="color:#fff;background:#000">SHOW</p>',
    "white on an image": '<div style="background:url(a.jpg)"><p style="color:#fff">SHOW</p></div>',
    "white on a gradient": '<p style="background:linear-gradient(#fff,#000);color:#fff">SHOW</p>',
    "white, sheet elsewhere": '<link rel="stylesheet" href="a.css"><p style="color:#fff">SHOW</p>',
    "grey on white": '<p style="color:#999;background:#fff">SHOW</p>',
    "dark on body": '<body bgcolor="#000"><font color="#ffffff">SHOW</font></body>',
    "scrolled": '<p style="height:200px;overflow:auto">SHOW</p>',
    "smaller": '<p style="transform:scale(0.5)">SHOW</p>',
    "scaled from its edge": '<p style="transform:scale(.95)">SHOW</p>',
    "own scale": '<p style="scale:0.9">SHOW</p>',
    "zoomed": '<p style="zoom:100%">SHOW</p>',
    "mirrored": '<p style="transform:matrix(-1,0,0,1,0,0)">SHOW</p>',
    "softened": '<p style="filter:blur(2px)">SHOW</p>',
    "behind a little": '<p style="position:relative;z-index:-1">SHOW</p>',
    "other class": "<style>.q{display:none}</style><p class=qq>SHOW</p>",
    "class in capitals": "<style>.Q{display:none}</style><p class=q>SHOW</p>",
    "print": "<style>@media print{.q{display:none}}</style><p class=q>SHOW</p>",
    "print sheet": "<style media=print>.q{display:none}</style><p class=q>SHOW</p>",
    "small screens": "<style>@media (max-width:600px){.q{display:none}}</style><p class=q>SHOW</p>",
    "hover": "<style>.q:hover{display:none}</style><p class=q>SHOW</p>",
    "pseudo-element": "<style>.q::after{display:none}</style><p class=q>SHOW</p>",
    "keyframes": "<style>@keyframes q{from{opacity:0}}</style><p class=q>SHOW</p>",
    "other parent": "<style>.a > p{display:none}</style><div class=a><div><p>SHOW</p></div></div>",
    "more specific": "<style>.q{display:none} p.q{display:block}</style><p class=q>SHOW</p>",
    "own style wins": "<style>.q{display:none}</style><p class=q style='display:block'>SHOW</p>",
    "later rule": "<style>.q{display:none} .q{display:inline}</style><p class=q>SHOW</p>",
    "commented out": "<style>/* .q{display:none} */</style><p class=q>SHOW</p>",
    "in a string": "<style>.x::before{content:'} .q{display:none'}</style><p class=q>SHOW</p>",
    "unhidden attribute": "<p hidden style='display:block'>SHOW</p>",
    "open dialog": "<dialog open>SHOW</dialog>",
    "details": "<details><summary>a</summary>SHOW</details>",
    "marquee": '<marquee width="300" scrollamount="5">SHOW</marquee>',
    "script shows": "<p id=q>SHOW</p><script>document.getElementById('q').style.display='block'</script>",
    "script for another": "<p id=q>SHOW</p><script>document.getElementById('z').style.display='none'</script>",
    "script that is text": "<p id=q>SHOW</p><pre>document.getElementById('q').style.display='none'</pre>",
    "letters set back": '<ul style="font-size:0"><li style="font-size:14px">SHOW</li></ul>',
    "visible in hidden": '<div style="visibility:hidden"><p style="visibility:visible">SHOW</p></div>',
    "data attribute": '<p data-style="display:none">SHOW</p>',
    "text about it": '<p>style="display:none" SHOW</p>',
    "comment about it": '<!-- <p style="display:none"> --><p>SHOW</p>',
    "body that waits": "<style>body{opacity:0}</style><body><p>SHOW</p></body>",
}


def _hides(source: str, word: str) -> bool:
    at = source.index(word)
    return any(item.start <= at < item.end for item in hidden(source, elements(source, tokenize(source))))


@pytest.mark.parametrize("name", HIDING)
def test_hidden_is_found(name):
    assert _hides(HIDING[name], "HIDE")


@pytest.mark.parametrize("name", SHOWN)
def test_shown_is_not_called_hidden(name):
    assert not _hides(SHOWN[name], "SHOW")


HOSTILE = {
    "braces": "<style>" + "{" * 1_000_000 + "</style><p class=a>x</p>",
    "nested rules": "<style>" + ".a{" * 100_000 + "display:none</style><p class=a>x</p>",
    "nested media": "<style>" + "@media screen{" * 70_000 + ".a{display:none}</style><p class=a>x</p>",
    "open comments": "<style>" + "/*" * 300_000 + "</style><p class=a>x</p>",
    "open string": "<style>.a{content:'" + "x\\" * 300_000 + "</style><p class=a>x</p>",
    "quotes": "<style>" + "\"'" * 300_000 + "</style><p class=a>x</p>",
    "same rules": "<style>" + ".a{display:none}" * 5_000 + "</style>" + "<p class=a>x" * 5_000,
    "rules for ancestors": "<style>" + "b i u .a{display:none}" * 5_000 + "</style>" + "<b>" * 5_000 + "<p class=a>x",
    "long selector": "<style>" + ".a " * 200_000 + "{display:none}</style><p class=a>x</p>",
    "long list": "<style>" + ".a," * 200_000 + "{display:none}</style><p class=a>x</p>",
    "long value": "<p style='left:" + "-" * 300_000 + "'>x</p>",
    "long declarations": "<p style='" + "((" * 200_000 + "'>x</p>",
    "numbers": "<p style='left:calc(" + "1px + " * 100_000 + ")'>x</p>",
    "escapes": "<p style='" + "\\6" * 200_000 + "'>x</p>",
    "nested colours": "<body bgcolor=#fff>" + "<font color=#fff>" * 3_000 + "x",
    "styles inside tiny": "<p style='font-size:0'>" + "<p style='font-size:0'>" * 20_000,
    "script": "<script>" + "document.write('" * 30_000 + "</script>",
    "script names": "<script>" + "".join(f"a{n}=document.getElementById('b');" for n in range(5_000)) + "</script>",
    "script joins": "<script>" + "'a'+" * 50_000 + "</script>",
    "script braces": "<script>" + "#a{b:c" * 30_000 + "</script>",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_styles_end(name):
    source = HOSTILE[name]
    for item in hidden(source, elements(source, tokenize(source))):
        assert 0 <= item.start < item.end <= len(source)


HOSTILE_CODE = {
    "heredocs": "<?php echo <<<A\n" * 3_000 + "?>",
    "brackets": "<?php echo " + "if(" * 15_000 + " ?>",
    "strings": "<?php echo '" + '"\\' * 15_000 + "?>",
    "sums": "<?php echo $a" + ".$b" * 15_000 + "?>",
    "comments": "<?php echo " + "/*" * 20_000 + "?>",
}


@pytest.mark.parametrize("name", HOSTILE_CODE)
def test_hostile_code_is_no_proof(name):
    source = HOSTILE_CODE[name]
    assert not any(code.is_only and code.printed for code in server_code(source, tokenize(source)))


PAGE = (
    "<html><body><h1>The old harbour</h1>\n<p>The harbour was dug by hand in three winters, and the town has paid for it since.</p>\n"
    "<p>Its two cranes were built in the yard of a local smith. They are still in use every spring.</p>{}</body></html>"
)
LINKS = (
    '<a href="http://slots-bonus.example">slot gacor online casino</a> <a href="http://pills.test">buy cheap viagra online</a> '
    '<a href="http://essays.invalid">write my essay cheap</a>'
)
INJECTED = {
    "own style": f'<div style="display:none">{LINKS}</div>',
    "rule beside it": f"<style>.zx1{{position:absolute;left:-9000px}}</style><div class=zx1>{LINKS}</div>",
    "rule for a wrapper": f"<style>.zx1 ul{{visibility:hidden}}</style><div class=zx1><ul><li>{LINKS}</ul></div>",
    "rule for an attribute": f"<style>[data-zx]{{font-size:0}}</style><p data-zx>{LINKS}</p>",
    "script beside it": f"<div id=zx1>{LINKS}</div><script>document.getElementById('zx1').style.display='none';</script>",
    "wrapped": f'<div><span style="font-size:0">{LINKS}</span></div>',
    "written around": f"<script>document.write('<div style=\"display:none\">')</script>{LINKS}<script>document.write('</div>')</script>",
    "php": f"<?php echo '{LINKS}'; ?>",
    "php for search engines": f"<?php if (strpos($_SERVER['HTTP_USER_AGENT'], 'Googlebot') !== false) {{ echo '{LINKS}'; }} ?>",
    "php in a comment": f"<!--?php echo '{LINKS}'; ?-->",
    "script": f"<script>document.write(unescape('{LINKS.replace('<', '%3C').replace(' ', '%20')}'))</script>",
}


@pytest.mark.parametrize("name", INJECTED)
def test_injected_block_goes_whole(name):
    cleaned = Cleaner().clean(PAGE.format(INJECTED[name]), format="html")
    assert cleaned.text == PAGE.format("")
    assert {span.reason for span in cleaned.spans} <= {"hidden-block", "server-code"}


HONEST = {
    "skip link": '<a class="sr-only" style="position:absolute;left:-9999px" href="#main">Skip to content</a>',
    "menu": '<style>.menu ul{display:none}</style><div class=menu><ul><li><a href="/a">Ships</a><li><a href="/b">Tides</a></ul></div>',
    "share": '<div style="display:none" class="share"><a href="https://facebook.com/sharer?u=x">Facebook</a> <a href="https://twitter.com/share">Twitter</a></div>',
    "cookies": '<div id="cookies" style="visibility:hidden"><p>We use cookies.</p><a href="https://policies.example/privacy">Privacy</a></div>',
    "noscript": '<noscript><img src="https://count.example/1.gif" alt=""><a href="https://enable-javascript.com/">How to switch scripts on</a></noscript>',
    "template": "<template><li><a href='https://example.net/{{id}}'>{{title}}</a></li></template>",
    "modal": '<div class="modal" style="display:none"><h2>Newsletter</h2><p>News from the harbour every month.</p><form><input name=mail></form></div>',
    "tab": '<div hidden id="tab-2"><p>Opening times: Monday to Friday.</p><a href="https://museum.example/">The museum</a></div>',
    "references": '<ol style="display:none"><li><a href="https://archive.example/1">Harbour records</a><li><a href="https://library.example/2">Letters of the smith</a><li><a href="https://maps.example/3">Map of 1870</a></ol>',
    "php of a template": "<?php get_footer(); ?>",
    "php with own link": "<?php echo '<a href=\"/imprint\">Imprint</a>'; ?>",
    "analytics": "<script>document.write('<script src=\"https://count.example/c.js\"><\\/script>');</script>",
}


@pytest.mark.parametrize("name", HONEST)
def test_honest_hidden_parts_stay(name):
    page = PAGE.format(HONEST[name])
    assert Cleaner().clean(page, format="html").text == page


def test_code_that_does_more_is_for_review():
    page = PAGE.format(f"<?php get_footer(); echo '{LINKS}'; ?>")
    cleaned = Cleaner().clean(page, format="html")
    assert cleaned.text == page
    assert [(span.reason, span.action) for span in cleaned.spans] == [("server-code", "review")]


def test_style_that_others_use_stays():
    page = PAGE.format(f"<style>.off{{display:none}}</style><p class=off>Harbour news</p><div class=off>{LINKS}</div>")
    assert "<style>.off{display:none}</style><p class=off>Harbour news</p>" in Cleaner().clean(page, format="html").text
