/*
 * peer.c
 *	  What a C programmer would write by hand: libcurl, cJSON and an arena.
 *
 * usage: peer search URL KEY INFLIGHT PLANS PAGE_SIZE
 *        peer objectives URL KEY INFLIGHT GSID...
 *
 * Reads pages by plain offset, or the lists of these plans, so many at a time,
 * and computes count(*) and, of each field, the count and the maximum: dates
 * compared as the text they are, text by bytes.  It is told how many plans
 * there are, believes every answer, keeps no row and checks nothing, so it
 * stands for what the transfer and the parse alone cost.
 *
 * Prints the time in ms, the processor's time in ms, the count, and the fields.
 */
#include <curl/curl.h>
#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MAX_INFLIGHT 64
#define MAX_FIELDS 32
#define MAX_MAXIMUM 4096

/* One transfer at a time, on a handle and a buffer that are used again. */
typedef struct Slot
{
	CURL	   *easy;
	char	   *data;
	size_t		length;
	size_t		allocated;
	char		body[1024];
	char		url[1024];
} Slot;

/* What Q1 asks of a field. */
typedef struct Field
{
	const char *name;
	long		count;
	char		max[MAX_MAXIMUM];
} Field;

static const char *const plan_fields[] = {
	"Gsid", "Name", "CompanyId", "CompanyName", "TypeId", "TypeName", "Status",
	"OwnerId", "OwnerName", "StartDate", "EndDate", "Comments", "CreatedDate",
	"ModifiedDate", NULL
};
static const char *const objective_fields[] = {
	"Gsid", "Name", "Description", "SuccessPlanId", "Status", "Priority", "DueDate",
	"CompletionPercentage", "CreatedDate", "ModifiedDate", NULL
};

static Field fields[MAX_FIELDS];
static int	nfields;
static long records;

static void
die(const char *what)
{
	fprintf(stderr, "peer: %s\n", what);
	exit(1);
}

/*
 * The arena: one block, used again for each page.
 */
#define BLOCK_SIZE (64 << 20)

static char *arena;
static size_t arena_used;

static void *
arena_alloc(size_t size)
{
	void	   *result = arena + arena_used;

	size = (size + 7) & ~(size_t) 7;
	if (arena_used + size > BLOCK_SIZE)
		return NULL;
	arena_used += size;
	return result;
}

static void
arena_free(void *pointer)
{
	(void) pointer;
}

/*
 * The answer.
 */
static size_t
on_body(char *data, size_t size, size_t count, void *arg)
{
	Slot	   *slot = arg;
	size_t		length = size * count;

	if (slot->length + length > slot->allocated)
	{
		slot->allocated = (slot->length + length) * 2;
		slot->data = realloc(slot->data, slot->allocated);
		if (slot->data == NULL)
			return 0;
	}
	memcpy(slot->data + slot->length, data, length);
	slot->length += length;
	return length;
}

static void
take_value(Field *field, const char *text)
{
	field->count++;
	if (strcmp(text, field->max) > 0)
	{
		if (strlen(text) >= MAX_MAXIMUM)
			die("a value is too long");
		strcpy(field->max, text);
	}
}

/* The members come in the order asked for: each is looked for where it should be. */
static void
take_record(const cJSON *record)
{
	int			expected = 0;

	records++;
	for (const cJSON *member = record->child; member != NULL; member = member->next)
	{
		int			i = expected;

		while (strcmp(fields[i].name, member->string) != 0)
		{
			i = (i + 1) % nfields;
			if (i == expected)
				die("an unknown field");
		}
		expected = (i + 1) % nfields;
		if (cJSON_IsString(member))
			take_value(&fields[i], member->valuestring);
		else if (cJSON_IsNumber(member))
		{
			char		digits[32];

			snprintf(digits, sizeof(digits), "%g", member->valuedouble);
			take_value(&fields[i], digits);
		}
	}
}

static void
take_body(const Slot *slot)
{
	const cJSON *root;
	const cJSON *data;
	const cJSON *list;

	arena_used = 0;
	root = cJSON_ParseWithLength(slot->data, slot->length);
	data = cJSON_GetObjectItemCaseSensitive(root, "data");
	list = cJSON_IsArray(data) ? data : cJSON_GetObjectItemCaseSensitive(data, "records");
	if (!cJSON_IsArray(list))
		die("no records");
	for (const cJSON *record = list->child; record != NULL; record = record->next)
		take_record(record);
}

/*
 * The requests.
 */
static struct
{
	bool		search;
	int			inflight;
	const char *base;
	long		plans;
	long		page_size;
	long		next_offset;
	char	  **gsids;
	int			ngsids;
	int			next_gsid;
} work;

static void
begin_search(Slot *slot)
{
	int			length = snprintf(slot->body, sizeof(slot->body), "{\"select\":[");

	for (int i = 0; i < nfields; i++)
		length += snprintf(slot->body + length, sizeof(slot->body) - length, "%s\"%s\"",
						   i > 0 ? "," : "", fields[i].name);
	snprintf(slot->body + length, sizeof(slot->body) - length,
			 "],\"limit\":%ld,\"offset\":%ld}", work.page_size, work.next_offset);
	work.next_offset += work.page_size;
	curl_easy_setopt(slot->easy, CURLOPT_POSTFIELDS, slot->body);
}

/* Set the slot to the next request; false if there is none. */
static bool
begin_next(Slot *slot)
{
	slot->length = 0;
	if (work.search)
	{
		if (work.next_offset >= work.plans)
			return false;
		snprintf(slot->url, sizeof(slot->url), "%s/successplans/search", work.base);
		begin_search(slot);
	}
	else
	{
		if (work.next_gsid >= work.ngsids)
			return false;
		snprintf(slot->url, sizeof(slot->url), "%s/successplans/%s/objectives", work.base,
				 work.gsids[work.next_gsid++]);
	}
	curl_easy_setopt(slot->easy, CURLOPT_URL, slot->url);
	return true;
}

/* Transfers that were started and are not finished. */
static int	in_flight;

static void
start_next(CURLM *multi, Slot *slot)
{
	int			running;

	if (!begin_next(slot))
		return;
	curl_multi_add_handle(multi, slot->easy);
	in_flight++;
	curl_multi_perform(multi, &running);
}

static void
finish(CURLM *multi, CURLMsg *message)
{
	static Slot spare;
	Slot		done;
	Slot	   *slot;
	long		status = 0;

	curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **) &slot);
	curl_easy_getinfo(message->easy_handle, CURLINFO_RESPONSE_CODE, &status);
	if (message->data.result != CURLE_OK || status != 200)
		die("a request failed");
	curl_multi_remove_handle(multi, slot->easy);
	in_flight--;
	if (work.inflight == 1)
	{
		take_body(slot);
		start_next(multi, slot);
		return;
	}
	/* the next one is on its way while this one is parsed */
	done = *slot;
	slot->data = spare.data;
	slot->allocated = spare.allocated;
	start_next(multi, slot);
	take_body(&done);
	spare = done;
}

/* callgrind counts what is below this function */
__attribute__((noinline)) static void
read_all(struct curl_slist *headers)
{
	static Slot slots[MAX_INFLIGHT];
	CURLM	   *multi = curl_multi_init();
	int			running = 0;
	int			left;
	CURLMsg    *message;

	for (int i = 0; i < work.inflight; i++)
	{
		Slot	   *slot = &slots[i];

		slot->easy = curl_easy_init();
		curl_easy_setopt(slot->easy, CURLOPT_HTTPHEADER, headers);
		curl_easy_setopt(slot->easy, CURLOPT_WRITEFUNCTION, on_body);
		curl_easy_setopt(slot->easy, CURLOPT_WRITEDATA, slot);
		curl_easy_setopt(slot->easy, CURLOPT_PRIVATE, slot);
		curl_easy_setopt(slot->easy, CURLOPT_BUFFERSIZE, 256L * 1024);
		start_next(multi, slot);
	}
	do
	{
		curl_multi_perform(multi, &running);
		while ((message = curl_multi_info_read(multi, &left)) != NULL)
			finish(multi, message);
		/* those that were started just now are not counted in running */
		if (in_flight > 0)
			curl_multi_poll(multi, NULL, 0, 1000, NULL);
	} while (in_flight > 0);
}

static double
now(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return time.tv_sec * 1000.0 + time.tv_nsec / 1e6;
}

int
main(int argc, char **argv)
{
	cJSON_Hooks hooks = {arena_alloc, arena_free};
	struct curl_slist *headers = NULL;
	char		key[256];
	double		wall;
	double		processor;

	if (argc < 6)
		die("usage: see the source");
	work.search = strcmp(argv[1], "search") == 0;
	work.base = argv[2];
	work.inflight = atoi(argv[4]);
	if (work.search)
	{
		work.plans = atol(argv[5]);
		work.page_size = argc > 6 ? atol(argv[6]) : 1000;
	}
	else
	{
		work.gsids = argv + 5;
		work.ngsids = argc - 5;
	}
	for (const char *const *name = work.search ? plan_fields : objective_fields; *name; name++)
		fields[nfields++].name = *name;
	snprintf(key, sizeof(key), "accessKey: %s", argv[3]);
	headers = curl_slist_append(headers, key);
	headers = curl_slist_append(headers, "Content-Type: application/json");
	headers = curl_slist_append(headers, "Accept: application/json");
	curl_global_init(CURL_GLOBAL_DEFAULT);
	arena = malloc(BLOCK_SIZE);
	cJSON_InitHooks(&hooks);

	wall = now(CLOCK_MONOTONIC);
	processor = now(CLOCK_PROCESS_CPUTIME_ID);
	read_all(headers);
	printf("%.3f\n%.3f\n%ld\n", now(CLOCK_MONOTONIC) - wall,
		   now(CLOCK_PROCESS_CPUTIME_ID) - processor, records);
	for (int i = 0; i < nfields; i++)
		printf("%s\t%ld\t%s\n", fields[i].name, fields[i].count, fields[i].max);
	return 0;
}
