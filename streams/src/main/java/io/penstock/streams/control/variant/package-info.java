/** What rollouts and experiments have in common when they change a model's variants. */
@NullMarked
package io.penstock.streams.control.variant;

import org.jspecify.annotations.NullMarked;
