from __future__ import annotations

import re

from django.template import Context, Template
from django.utils.html import format_html


def test_every_component_renders(page_of):
    page = page_of("/components/")

    assert page.status_code == 200
    html = page.content.decode()
    assert "+33" in html and "Number withheld" in html and "2:24" in html
    assert "&lt;script&gt;" in html


def test_no_page_has_inline_style_or_script(page_of, people):
    for path in ("/components/", "/components/?bad", "/people/", "/people/?q=zzz"):
        html = page_of(path).content.decode()
        assert not re.search(r"\sstyle=|\son[a-z]+=|javascript:", html), path
        assert not re.search(r"<script(?![^>]*\ssrc=)", html), path


def test_an_error_is_said_at_its_field_and_tied_to_it(page_of):
    html = page_of("/components/?bad").content.decode()

    assert 'id="id_delay_s_error"' in html
    control = re.search(r'<input[^>]*id="id_delay_s"[^>]*>', html)
    assert control
    assert 'aria-describedby="id_delay_s_error"' in control[0]
    assert 'aria-invalid="true"' in control[0]


def test_a_time_in_a_pill_is_a_time_and_no_text():
    made = Template("{% pill %} {% blocktranslate %}until {{ until }}{% endblocktranslate %} {% endpill %}")
    until = format_html("<time>{}</time>", "12:00 <")
    assert "until <time>12:00 &lt;</time></span>" in made.render(Context({"until": until}))
