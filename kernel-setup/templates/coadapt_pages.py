"""What JupyterLab's sanitised export keeps of a page. nbconvert's own list, of 2026, knows neither headings nor paragraphs and shows their tags.
And what no export keeps: links to files that are not sent with it."""
import bleach
import coadapt_links
from bleach.css_sanitizer import CSSSanitizer
from nbconvert.preprocessors import Preprocessor

TAGS = """a abbr b blockquote br caption code col colgroup del details div dd dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark
    ol p pre progress q s samp small span strong sub summary sup table tbody td tfoot th thead tr u ul var""".split()
ANYWHERE = {"class", "id", "title", "style", "lang", "dir"}
OF_TAGS = {"a": {"href"}, "img": {"src", "alt", "width", "height"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan", "scope"},
           "ol": {"start"}, "progress": {"value", "max"}}
STYLES = CSSSanitizer(allowed_css_properties=["text-align", "width", "max-width", "height", "font-weight", "font-style"])


def kept(tag, name, value):
    """Data are kept as the source of a picture only."""
    data = value.strip().lower().startswith("data:")
    return (name in ANYWHERE or name in OF_TAGS.get(tag, ())) and (not data or (tag, name) == ("img", "src") and value.startswith("data:image/"))


def clean_html(element):
    text = element.decode() if isinstance(element, bytes) else str(element)
    return bleach.clean(text, tags=TAGS, attributes=kept, protocols=["http", "https", "mailto", "data"], css_sanitizer=STYLES)


class Alone(Preprocessor):
    """A page that is downloaded lies in another folder."""

    def preprocess(self, nb, resources):
        return coadapt_links.without(nb), resources
