/* validate: judges reports against RFC 8460 and stores nothing. */
#include <jansson.h>
#include <stdlib.h>
#include <sysexits.h>

#include "cli/options.h"
#include "cli/say.h"
#include "ingest/files.h"
#include "ingest/intake.h"
#include "schema/finding.h"
#include "schema/limits.h"

typedef struct {
    IntakeRules rules;
    gboolean strict;
    json_t *files; /* NULL: text */
    gboolean any_unacceptable, any_unreadable;
} Validate;

static gboolean
acceptable(const Validate *validate, const Judged *item)
{
    return item->outcome == OUTCOME_STORED && (!validate->strict || item->findings->len == 0);
}

static void
add_json(Validate *validate, const char *source, const Judged *item)
{
    json_t *findings = json_array();
    for (guint i = 0; i < item->findings->len; i++) {
        const Finding *finding = g_ptr_array_index(item->findings, i);
        json_array_append_new(findings,
                              json_pack("{s:s, s:s, s:s, s:s, s:s}", "kind",
                                        finding->kind == FINDING_DEFECT ? "defect" : "deviation",
                                        "code", finding->code, "pointer", finding->pointer,
                                        "clause", finding->clause, "fact", finding->fact));
    }
    g_autofree char *file = text_printable(source, -1, 4096); /* a file name need not be UTF-8 */
    json_array_append_new(validate->files,
                          json_pack("{s:s, s:s?, s:s, s:s?, s:o}", "file", file, "part", item->part,
                                    "outcome",
                                    acceptable(validate, item) ? "acceptable" : "defective",
                                    "reason", item->reason, "findings", findings));
}

static void
add_text(Validate *validate, const char *source, const Judged *item)
{
    g_autoptr(GString) out = g_string_new(NULL);
    g_autofree char *file = text_printable(source, -1, 4096);
    g_autofree char *place =
        item->part != NULL ? g_strdup_printf("%s (%s)", file, item->part) : g_strdup(file);
    for (guint i = 0; i < item->findings->len; i++) {
        const Finding *finding = g_ptr_array_index(item->findings, i);
        g_string_append_printf(out, "%s: %s: %s: %s: %s\n", place,
                               finding->kind == FINDING_DEFECT ? "defect" : "deviation",
                               *finding->pointer != '\0' ? finding->pointer : "(document)",
                               finding->clause, finding->fact);
    }
    if (item->outcome != OUTCOME_STORED && findings_first_defect(item->findings) == NULL)
        g_string_append_printf(out, "%s: defect: %s\n", place, item->reason);
    g_string_append_printf(out, "%s: %s\n", place,
                           acceptable(validate, item) ? "acceptable" : "defective");
    say_output(out->str, (gssize)out->len);
}

static gboolean
on_item(gpointer self, const FileItem *file)
{
    Validate *validate = self;
    Origin origin = {ROAD_FILE, file->source, g_get_real_time() / G_USEC_PER_SEC};
    g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func((GDestroyNotify)judged_free);
    if (file->kind == FILE_ITEM_MESSAGE)
        intake_message(&validate->rules, &origin, file->bytes, items);
    else
        intake_any(&validate->rules, &origin, file->bytes, file->file_name, items);
    for (guint i = 0; i < items->len; i++) {
        const Judged *item = g_ptr_array_index(items, i);
        if (!acceptable(validate, item))
            validate->any_unacceptable = TRUE;
        if (validate->files != NULL)
            add_json(validate, file->source, item);
        else
            add_text(validate, file->source, item);
    }
    return TRUE;
}

static void
on_unreadable(gpointer self, const char *path, const char *why)
{
    Validate *validate = self;
    validate->any_unreadable = TRUE;
    say(SAY_ERROR, "%s: %s", path, why);
}

int
cmd_validate(App *app, int argc, char **argv)
{
    gboolean strict = FALSE, json = FALSE;
    const GOptionEntry entries[] = {
        {"strict", 0, 0, G_OPTION_ARG_NONE, &strict, "Deviations count as defects", NULL},
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "Print the findings as JSON", NULL},
        {0},
    };
    int status = options_parse("validate", entries, &argc, &argv);
    if (status < 0 && argc < 2)
        status = options_usage("validate", "a path is missing (- for standard input)");
    if (status >= 0)
        return status;
    /* A report is judged as such: whose domains and whose trust is not asked. */
    Validate validate = {
        .rules = app->config->rules, .strict = strict, .files = json ? json_array() : NULL};
    validate.rules.accept = NULL;
    validate.rules.minimum = TRUST_UNAUTHENTICATED;
    const FileVisitor visitor = {.item = on_item, .unreadable = on_unreadable, .self = &validate};
    for (int i = 1; i < argc; i++)
        files_walk(argv[i], LIMIT_MESSAGE_BYTES, &visitor);
    if (json) {
        json_t *root =
            json_pack("{s:s, s:o}", "schema", "tlsgauge.validate/1", "files", validate.files);
        char *text = json_dumps(root, JSON_INDENT(2));
        say_output(text, -1);
        say_output("\n", 1);
        free(text);
        json_decref(root);
    }
    return validate.any_unacceptable || validate.any_unreadable ? 1 : EX_OK;
}
