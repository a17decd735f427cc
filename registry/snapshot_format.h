/* snapshot_format.h: the version of a snapshot file and all that its schema holds, for who writes it and for who reads it. Only for
 * the files snapshot*.c. */
#ifndef REGISTRY_SNAPSHOT_FORMAT_H
#define REGISTRY_SNAPSHOT_FORMAT_H

#define SNAPSHOT_APPLICATION_ID 1801812339 /* "keys" */
#define SNAPSHOT_VERSION 2

/* As SQLite keeps them: a reader refuses a file whose schema holds another letter. A certificate is NULL where it is revoked. */
#define SNAPSHOT_ENROLLMENT                                                                                            \
	"CREATE TABLE enrollment ("                                                                                    \
	" key_hash BLOB PRIMARY KEY,"                                                                                  \
	" certificate BLOB,"                                                                                           \
	" revoked_at INTEGER,"                                                                                         \
	" revoked_because TEXT,"                                                                                       \
	" person TEXT NOT NULL"                                                                                        \
	") WITHOUT ROWID"
#define SNAPSHOT_BY_PERSON "CREATE INDEX enrollment_by_person ON enrollment (person)"
#define SNAPSHOT_GRACE                                                                                                 \
	"CREATE TABLE grace ("                                                                                         \
	" key_hash BLOB PRIMARY KEY,"                                                                                  \
	" grant BLOB NOT NULL"                                                                                         \
	") WITHOUT ROWID"
#define SNAPSHOT_HEAD "CREATE TABLE snapshot (made_at INTEGER NOT NULL)"

#endif
