/* snapshot_format.h: the version of a snapshot file, whose tables are in snapshot_store.c. Only for the files snapshot*.c. */
#ifndef REGISTRY_SNAPSHOT_FORMAT_H
#define REGISTRY_SNAPSHOT_FORMAT_H

#define SNAPSHOT_APPLICATION_ID 1801812339 /* "keys" */
#define SNAPSHOT_VERSION 2

#endif
