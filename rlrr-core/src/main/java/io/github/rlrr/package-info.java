/** What all packages of the library share: a mark for what is not for applications. */
@NullMarked
package io.github.rlrr;

import org.jspecify.annotations.NullMarked;
