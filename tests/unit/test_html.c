/* HTML that foreign text cannot break out of. */
#include "report/html.h"

static void
test_text(void)
{
    g_autoptr(GString) out = g_string_new(NULL);
    html_text(out, "<b a=\"1\" c='2'> & \xc3\xa9\t\n\x01\x7f\xff\xe2\x80\xae");
    g_assert_cmpstr(out->str, ==,
                    "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt; &amp; \xc3\xa9\t\n"
                    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
    html_text(out, NULL);
}

/* A form field sends back what it got, and still no text in the page is turned around. */
static void
test_attributes(void)
{
    g_autoptr(GString) out = g_string_new(NULL);
    html_open(out, "a", "href", "?x=\"><script>", "title", NULL, "value", "\xe2\x80\xae\x01", NULL);
    g_assert_cmpstr(out->str, ==,
                    "<a href=\"?x=&quot;&gt;&lt;script&gt;\" value=\"&#x202e;\xef\xbf\xbd\">");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/html/text", test_text);
    g_test_add_func("/html/attributes", test_attributes);
    return g_test_run();
}
