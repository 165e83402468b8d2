#include "schema/field_name.h"

#include <string.h>

gboolean
field_name_is_valid(const char *name, gsize length)
{
    if (length == 0 || length > FIELD_NAME_BYTES || !g_ascii_isalnum(*name))
        return FALSE;
    for (gsize i = 0; i < length; i++) {
        if (!g_ascii_isalnum(name[i]) && (name[i] == '\0' || strchr("_-.", name[i]) == NULL))
            return FALSE;
    }
    return TRUE;
}
