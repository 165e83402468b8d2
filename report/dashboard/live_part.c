#include "report/dashboard/live_part.h"

#include "schema/day.h"

static const char *
severity_kind(LookSeverity severity)
{
    static const char *const kinds[] = {
        [LOOK_OK] = "good",       [LOOK_NOTICE] = "good", [LOOK_WARNING] = "warn",
        [LOOK_UNTESTED] = "idle", [LOOK_ERROR] = "bad",
    };
    return kinds[severity];
}

static void
put_severity(Page *page, LookSeverity severity)
{
    page_badge(page, severity_kind(severity), look_severity_name(severity));
}

static void
put_finding(Page *page, const LookFinding *finding)
{
    GString *out = page->out;
    g_string_append(out, "<li><p>");
    put_severity(page, finding->severity);
    g_string_append_c(out, ' ');
    html_element(out, "b", NULL, finding->subject);
    g_string_append_c(out, ' ');
    html_text(out, finding->title);
    g_string_append(out, "</p>");
    g_string_append(out, "<p class=\"evidence\">");
    html_text(out, finding->fact);
    g_string_append(out, "</p>");
    if (finding->fix != NULL && finding->severity >= LOOK_WARNING) {
        g_string_append(out, "<p class=\"fix\">");
        html_element(out, "b", NULL, "To do:");
        g_string_append_c(out, ' ');
        html_text(out, finding->fix);
        g_string_append(out, "</p>");
    }
    g_string_append(out, "</li>\n");
}

static void
put_certificates(Page *page, const KeptLook *look)
{
    static const char *const columns[] = {"Host", "Its certificate expires", NULL};
    if (look->certificates->len == 0 && look->policy_expires == 0)
        return;
    table_begin(page, "certificate-table", "Certificates", columns);
    for (guint i = 0; i < look->certificates->len; i++) {
        const LookCertificate *one = &g_array_index(look->certificates, LookCertificate, i);
        g_autofree char *expires = datetime_format(one->expires);
        table_row(page);
        table_head(page, NULL, one->mx);
        table_text(page, expires);
        table_row_end(page);
    }
    if (look->policy_expires != 0) {
        g_autofree char *expires = datetime_format(look->policy_expires);
        table_row(page);
        table_head(page, NULL, "policy host");
        table_text(page, expires);
        table_row_end(page);
    }
    table_end(page);
}

static void
put_history(Page *page, const KeptLook *look)
{
    static const char *const columns[] = {"Looked at", "Worst finding", "id of the policy", NULL};
    if (look->history->len < 2)
        return;
    table_begin(page, "look-table", "Looks that were kept", columns);
    for (guint i = 0; i < look->history->len; i++) {
        const LookEarlier *one = &g_array_index(look->history, LookEarlier, i);
        g_autofree char *at = datetime_format(one->at);
        table_row(page);
        table_head(page, NULL, at);
        table_text(page, look_severity_name(one->severity));
        table_text(page, one->policy_id);
        table_row_end(page);
    }
    table_end(page);
}

void
live_section(Page *page, const char *domain, const KeptLook *look)
{
    GString *out = page->out;
    page_section(page, "live", "The live domain");
    if (look == NULL) {
        page_note(page, "No look at it was kept yet: tlsgauge check --keep %s", domain);
        page_section_end(page);
        return;
    }
    g_autofree char *at = datetime_format(look->at);
    g_autofree char *counts = kept_look_counts(look);
    g_string_append(out, "<p>");
    put_severity(page, look->severity);
    html_printf(out, " %s, looked at ", counts);
    html_element(out, "time", NULL, at);
    g_string_append(out, "</p>\n");
    if (look->findings->len > 0) {
        g_string_append(out, "<ul class=\"gates\">\n");
        for (guint i = 0; i < look->findings->len; i++)
            put_finding(page, &g_array_index(look->findings, LookFinding, i));
        g_string_append(out, "</ul>\n");
    }
    put_certificates(page, look);
    put_history(page, look);
    page_section_end(page);
}

void
live_line(Page *page, const KeptLook *look)
{
    if (look == NULL)
        return;
    g_autofree char *at = datetime_format(look->at);
    g_autofree char *day = g_strndup(at, 10);
    g_autofree char *counts = kept_look_counts(look);
    g_string_append(page->out, "<p>");
    put_severity(page, look->severity);
    html_printf(page->out, " live: %s, looked at on ", counts);
    html_element(page->out, "time", NULL, day);
    g_string_append(page->out, "</p>");
}
