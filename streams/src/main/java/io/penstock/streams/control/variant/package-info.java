/** Changes of a model's variants, which rollouts and experiments share. */
@NullMarked
package io.penstock.streams.control.variant;

import org.jspecify.annotations.NullMarked;
