/* order.h: whether a file that a program wrote is on the disk when the program says so: what the log of fault.h is read for. Tests only. */
#ifndef TESTS_FAULT_ORDER_H
#define TESTS_FAULT_ORDER_H

#include "common/buffer.h"

/* order_check: reads a whole log. A file has to be synced after the last write to it, and before it is renamed; a folder after each file
 * or folder that appears in it.
 *   complaint  out: the first thing that is missing, with its path; appended */
bool order_check(struct bytes log, struct buffer *complaint);

#endif
