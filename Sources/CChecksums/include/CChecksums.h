#ifndef CCHECKSUMS_H
#define CCHECKSUMS_H
#endif
