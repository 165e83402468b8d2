/* zip.h: libzip, loaded with the first zip archive (load.h). */
#pragma once

#include <glib.h>
#include <zip.h>

typedef struct {
    zip_source_t *(*source_buffer_create)(const void *data, zip_uint64_t length, int free_data,
                                          zip_error_t *error);
    void (*source_free)(zip_source_t *source);
    zip_t *(*open_from_source)(zip_source_t *source, int flags, zip_error_t *error);
    void (*discard)(zip_t *archive);
    zip_int64_t (*get_num_entries)(zip_t *archive, zip_flags_t flags);
    const char *(*get_name)(zip_t *archive, zip_uint64_t index, zip_flags_t flags);
    int (*stat_index)(zip_t *archive, zip_uint64_t index, zip_flags_t flags, zip_stat_t *stat);
    zip_file_t *(*fopen_index)(zip_t *archive, zip_uint64_t index, zip_flags_t flags);
    zip_int64_t (*fread)(zip_file_t *file, void *buffer, zip_uint64_t size);
    int (*fclose)(zip_file_t *file);
} LateZip;

/* Loads libzip once; from any thread. NULL where it cannot be loaded. Never freed. */
const LateZip *late_zip(void);
