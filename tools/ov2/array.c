// SPDX-License-Identifier: GPL-2.0
/* Arrays that grow. If there is no memory, the command ends, because its output
 * would be incomplete.
 */
#include <stdlib.h>

#include "array.h"
#include "error.h"

/**
 * array_grow() - make room for one more element
 * @array: the array, or NULL
 * @count: the elements that it has
 * @size: bytes of each element
 *
 * A full array gets twice the room, so a long array is seldom copied.
 *
 * Return: the array, which may have moved.
 */
void *array_grow(void *array, size_t count, size_t size)
{
	size_t room = count ? 2 * count : 1;

	if (count & (count - 1))
		return array;
	array = realloc(array, room * size);
	if (!array)
		exit(failed("there is not enough memory"));
	return array;
}
