"""Writes one object through oss2.

usage: put_oss.py ENDPOINT BUCKET KEY TEXT      (credentials from OSS_ACCESS_KEY_ID, OSS_ACCESS_KEY_SECRET)
"""
import os
import sys

import oss2

auth = oss2.AuthV4(os.environ["OSS_ACCESS_KEY_ID"], os.environ["OSS_ACCESS_KEY_SECRET"])
oss2.Bucket(auth, sys.argv[1], sys.argv[2], region="cn-hangzhou").put_object(sys.argv[3], sys.argv[4])
