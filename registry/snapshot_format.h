/* snapshot_format.h: the one table of a snapshot file and its version. Only for the files snapshot*.c. */
#ifndef REGISTRY_SNAPSHOT_FORMAT_H
#define REGISTRY_SNAPSHOT_FORMAT_H

#define SNAPSHOT_APPLICATION_ID 1801812339 /* "keys" */
#define SNAPSHOT_VERSION 1

#endif
