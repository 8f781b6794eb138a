/** Validation: pure checks from a request's fields and JSON body to values. */
@NullMarked
package io.penstock.streams.score.request;

import org.jspecify.annotations.NullMarked;
