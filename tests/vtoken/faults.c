#include "tests/vtoken/faults.h"

bool faults_add(struct faults *faults, enum fault_kind kind, unsigned long at, struct bytes reply, struct error *err)
{
	struct fault fault = {.kind = kind, .countdown = at, .reply = BUFFER_EMPTY};

	if (faults->count == FAULTS_MAXIMUM)
		return error_set(err, ERROR_LIMIT, "%d faults wait already", FAULTS_MAXIMUM);
	if (!buffer_put(&fault.reply, reply, err))
		return false;
	/* countdown reaches 0 in the step of the APDU that it is meant for */
	faults->list[faults->count++] = fault;
	return true;
}

static void drop(struct faults *faults, size_t place)
{
	faults->list[place] = faults->list[--faults->count];
}

/* What was due at the APDU before and did not come, because another fault came first, never comes. */
void faults_step(struct faults *faults)
{
	faults->apdus++;
	for (size_t i = faults->count; i-- > 0;) {
		if (faults->list[i].countdown-- > 0)
			continue;
		buffer_free(&faults->list[i].reply);
		drop(faults, i);
	}
}

bool faults_due(struct faults *faults, enum fault_kind kind, struct buffer *reply)
{
	for (size_t i = 0; i < faults->count; i++) {
		struct fault *fault = &faults->list[i];

		if (fault->kind != kind || fault->countdown != 0)
			continue;
		if (reply != NULL)
			*reply = fault->reply;
		else
			buffer_free(&fault->reply);
		drop(faults, i);
		return true;
	}
	return false;
}

void faults_clear(struct faults *faults)
{
	for (size_t i = 0; i < faults->count; i++)
		buffer_free(&faults->list[i].reply);
	*faults = (struct faults){.count = 0};
}
