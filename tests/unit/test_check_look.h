/* test_check_look.h: a look at a domain with which nothing is wrong but what a test adds. */
#pragma once

#include "check/check.h"
#include "test_check_map.h"

#define DOMAIN "a.example"
#define NOW    (20000 * 86400 + 3600)

static inline CheckOptions *
options_new(void)
{
    CheckOptions *options = check_options_new();
    options->now = NOW;
    options->smtp = FALSE;
    return options;
}

/* A domain with which nothing is wrong but what a test adds. */
static inline MapResolver *
good_map(void)
{
    MapResolver *map = map_new();
    map_mx(map, DOMAIN, 10, "mx.a.example");
    map_address(map, "mx.a.example", "192.0.2.1");
    map_address(map, "mx.a.example", "2001:db8::1");
    map_tlsa(map, "_25._tcp.mx.a.example");
    map_txt(map, "_smtp._tls.mx.a.example", "v=TLSRPTv1; rua=mailto:r@b.example");
    map_txt(map, "_smtp._tls." DOMAIN, "v=TLSRPTv1; rua=mailto:r@b.example");
    map_mx(map, "b.example", 10, "mx.b.example");
    return map;
}

static inline int
by_text(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The ids of all findings, sorted, each once. */
static inline char *
ids_of(const CheckRun *run)
{
    g_autoptr(GPtrArray) ids = g_ptr_array_new();
    for (CheckStage stage = 0; stage < CHECK_STAGES; stage++) {
        const GPtrArray *findings = run->stages[stage].findings;
        for (guint i = 0; i < findings->len; i++)
            g_ptr_array_add(ids,
                            (gpointer)((CheckFinding *)g_ptr_array_index(findings, i))->kind->id);
    }
    g_ptr_array_sort(ids, by_text);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < ids->len; i++) {
        if (i == 0 || strcmp(ids->pdata[i], ids->pdata[i - 1]) != 0)
            g_string_append_printf(text, "%s%s", text->len > 0 ? " " : "",
                                   (const char *)ids->pdata[i]);
    }
    return g_string_free(text, FALSE);
}

static inline CheckRun *
look(MapResolver *map, const CheckPast *past)
{
    g_autoptr(CheckOptions) options = options_new();
    CheckRun *run = check_domain(options, &map->base, past, DOMAIN);
    resolver_free(&map->base);
    return run;
}

static inline void
expect(MapResolver *map, const char *wanted)
{
    g_autoptr(CheckRun) run = look(map, NULL);
    g_autofree char *ids = ids_of(run);
    g_assert_cmpstr(ids, ==, wanted);
}
